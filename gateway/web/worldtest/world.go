// Package worldtest puts a small world around a flow of selfservice for its tests: a real directory, its records in it, sessions,
// tickets, a real mail server, and pages on a free port. Only the store is handed in, since only the composition root and tests may choose one.
//
//	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
//		w := worldtest.New(t, worldtest.Options{Server: s, Store: store})
//		(&signin.Flow{Kit: w.Kit, …}).Mount(w.Mux)
//		page := w.Browser(t).Get("/signin")
//
// It is imported by tests alone.
package worldtest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

// Options say what the world is made of.
type Options struct {
	Server *ldaptest.Server
	// Store keeps the records: ldapstate over the directory below ldaptest.StateBase, prepared.
	Store func(testing.TB, *directory.Directory) state.Store
	// LDAP replaces the server's address, by that of a proxy for example.
	LDAP string
	// NoMail switches mail off.
	NoMail bool
	// Rules say who may do what; nil: everybody everything.
	Rules []policy.RuleSpec
	// Spec changes the mapping, which is the preset for OpenLDAP.
	Spec func(*ldapmap.Spec)
}

// World is what a flow needs, all of it real.
type World struct {
	Server    *ldaptest.Server
	Clock     *Clock
	Directory *directory.Directory
	People    *directory.People
	Keyring   *seal.Keyring
	Records   *state.Records
	Sessions  *session.Manager
	Tickets   *ticket.Office
	Inbox     *mailtest.Server
	Mail      *mail.Mailer
	Auth      *authn.Authenticator
	Kit       *web.Kit
	Door      *visit.Door
	Audit     *audit.Log
	// AuditLines and LogLines are what was written so far.
	AuditLines, LogLines *Lines
	Mux                  *http.ServeMux
	URL                  string
}

// Clock is the real time, and what the test adds to it: the directories keep their own.
type Clock struct{ ahead atomic.Int64 }

// Now is the time.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Advance makes it later.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

// Lines collects a log.
type Lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all of it.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Has tells whether some line has all the words.
func (l *Lines) Has(words ...string) bool {
	for line := range strings.SplitSeq(l.String(), "\n") {
		all := line != ""
		for _, w := range words {
			all = all && strings.Contains(line, w)
		}
		if all {
			return true
		}
	}
	return false
}

// New makes a world. Its page "GET /" says who is signed in.
func New(t testing.TB, o Options) *World {
	t.Helper()
	w := &World{Server: o.Server, Clock: &Clock{}, Keyring: webtest.Keyring(t), AuditLines: &Lines{}, LogLines: &Lines{}, Mux: http.NewServeMux()}
	log := slog.New(slog.NewJSONHandler(w.LogLines, nil))
	w.Audit = audit.New(w.AuditLines, w.Clock.Now)
	w.openDirectory(t, o, log)
	w.Records = state.NewRecords(o.Store(t, w.Directory), w.Clock.Now)

	var served atomic.Pointer[http.Handler]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { (*served.Load()).ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	w.URL = server.URL
	w.openMail(t, o, log)

	var err error
	w.Sessions, err = session.New(w.Keyring, w.Records, w.People, session.Config{PublicURL: w.URL}, w.Clock.Now)
	check(t, err)
	w.Tickets, err = ticket.New(w.Keyring, w.Records, w.URL, w.Clock.Now)
	check(t, err)
	w.Auth, err = authn.New(authn.Options{
		People: w.People, Audit: w.Audit, Clock: w.Clock.Now, Sleep: func(context.Context, time.Duration) {},
		Decoy: func(ctx context.Context, _ string) error {
			_, err := w.Directory.Bind(ctx, ldaptest.ServiceDN, ldaptest.ServicePassword)
			return err
		},
	})
	check(t, err)
	w.Kit = webtest.Kit(t, web.Options{PublicURL: w.URL, Sealer: w.Keyring, Clock: w.Clock.Now, Log: log})
	if o.Rules == nil {
		all := ldapmap.Strings{"*"}
		o.Rules = []policy.RuleSpec{{Name: "everybody", Can: all, Read: all, Write: all}}
	}
	rules, problems := policy.Compile(o.Rules)
	if len(problems) > 0 {
		t.Fatalf("compiling the rules: %v", problems)
	}
	w.Door = &visit.Door{Log: log, Kit: w.Kit, Sessions: w.Sessions, People: w.People, Policy: rules}
	w.Mux.Handle("GET /{$}", w.Kit.Handle(w.home))
	handler := w.Kit.Middleware(w.Kit.Routes(w.Mux))
	served.Store(&handler)
	return w
}

func (w *World) openDirectory(t testing.TB, o Options, log *slog.Logger) {
	t.Helper()
	address := o.Server.URL
	if o.LDAP != "" {
		address = o.LDAP
	}
	var err error
	w.Directory, err = directory.Open(directory.Config{
		URLs: []string{address}, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword, Timeout: 5 * time.Second,
	}, directory.WithLogger(log))
	check(t, err)
	t.Cleanup(func() { _ = w.Directory.Close() })
	spec, err := ldapmap.Preset("openldap")
	check(t, err)
	spec.Users.Base = ldapmap.Strings{ldaptest.PeopleDN}
	spec.Groups.Base = ldapmap.Strings{ldaptest.GroupsDN}
	if o.Spec != nil {
		o.Spec(&spec)
	}
	mapping, problems := ldapmap.Compile(spec)
	if len(problems) > 0 {
		t.Fatalf("compiling the mapping: %v", problems)
	}
	w.People = directory.NewPeople(w.Directory, mapping, directory.PeopleClock(w.Clock.Now))
}

func (w *World) openMail(t testing.TB, o Options, log *slog.Logger) {
	t.Helper()
	cfg := mail.Config{}
	if !o.NoMail {
		w.Inbox = mailtest.Start(t)
		cfg = w.Inbox.Config()
	}
	var err error
	w.Mail, err = mail.New(cfg, webtest.Renderer(t), log, w.Clock.Now, mail.WithAudit(w.Audit))
	check(t, err)
	t.Cleanup(func() { _ = w.Mail.Close(context.Background()) })
}

// home says who is signed in, and nothing else.
func (w *World) home(rw http.ResponseWriter, r *http.Request) error {
	v, err := w.Sessions.Load(r.Context(), r)
	if err != nil {
		return err
	}
	who := "nobody"
	if v != nil {
		who = v.User.Get(ldapmap.Username)
	}
	_, err = rw.Write([]byte("<p id=who>" + who + "</p>"))
	return err
}

// Browser opens a browser on the pages.
func (w *World) Browser(t testing.TB) *webtest.Browser {
	t.Helper()
	return webtest.New(t, w.URL)
}

// SignedIn is who the browser is signed in as: a user name, or "nobody".
func (w *World) SignedIn(b *webtest.Browser) string { return b.Get("/").Text("#who") }

// Counts is what the directory is asked while act runs.
func (w *World) Counts(act func()) ldaptest.Counts {
	before := w.Server.Counts()
	act()
	return w.Server.Counts().Minus(before)
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Static serves the style sheet and scripts, for tests in a real browser.
func Static(t testing.TB) http.Handler {
	t.Helper()
	return webtest.Renderer(t).Static()
}
