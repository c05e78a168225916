package session_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// people are the entries by stable id, as somebody changes them meanwhile.
type people struct {
	mu    sync.Mutex
	users map[string]*ldapmap.User
	reads int
	err   error
}

func (p *people) Get(_ context.Context, ref ldapmap.Ref) (*ldapmap.User, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reads++
	if p.err != nil {
		return nil, p.err
	}
	if u, ok := p.users[ref.ID]; ok {
		return u.Clone(), nil
	}
	return nil, fault.New(fault.NotFound, "nobody")
}

// world is a gateway's sessions with a clock that a test moves.
type world struct {
	*session.Manager
	t       *testing.T
	keys    *seal.Keyring
	spy     *statetest.Spy
	records *state.Records
	people  *people
	clock   time.Time
}

func newWorld(t *testing.T, cfg session.Config) *world {
	t.Helper()
	keys, err := seal.New(bytes.Repeat([]byte{3}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, keys: keys, spy: &statetest.Spy{Store: &statetest.Memory{}}, people: &people{users: map[string]*ldapmap.User{}},
		clock: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)}
	for _, name := range []string{"ada", "grace"} {
		w.add(name, "uid="+name+",ou=people,dc=example,dc=org")
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = "https://id.example.org"
	}
	w.Manager = w.replica(cfg)
	return w
}

func (w *world) add(name, dn string) *ldapmap.User {
	u := ldapmap.NewUser(ldapmap.Ref{ID: "id-" + name, DN: dn})
	u.Set(ldapmap.Username, name)
	u.Set(ldapmap.Name, "Name of "+name)
	u.Account.Mark = "mark-of-" + name
	w.people.users[u.ID] = u
	return u
}

func otherKeys(t *testing.T) *seal.Keyring {
	t.Helper()
	keys, err := seal.New(bytes.Repeat([]byte{4}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (w *world) now() time.Time { return w.clock }

func (w *world) replica(cfg session.Config) *session.Manager {
	w.t.Helper()
	w.records = state.NewRecords(w.spy, w.now)
	m, err := session.New(w.keys, w.records, w.people, cfg, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

func (w *world) user(name string) *ldapmap.User { return w.people.users["id-"+name] }

// browser keeps cookies as browsers do, as far as it matters here.
type browser struct {
	jar   map[string]string
	stays map[string]bool // cookies that outlive the browser
	agent string
	last  *http.Cookie
}

func newBrowser() *browser { return &browser{jar: map[string]string{}, stays: map[string]bool{}} }

// close closes the browser and opens it again.
func (b *browser) close() {
	for name := range b.jar {
		if !b.stays[name] {
			delete(b.jar, name)
		}
	}
}

func (b *browser) request() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://id.example.org/", nil)
	r.Header.Set("User-Agent", b.agent)
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

// visit makes a request and keeps the cookies of the answer.
func (b *browser) visit(handle func(w http.ResponseWriter, r *http.Request)) {
	rec := httptest.NewRecorder()
	handle(rec, b.request())
	for _, c := range rec.Result().Cookies() {
		b.last = c
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
			continue
		}
		b.jar[c.Name], b.stays[c.Name] = c.Value, c.MaxAge > 0
	}
}

// copied is somebody else's browser with all the cookies of this one.
func (b *browser) copied() *browser {
	c := newBrowser()
	for name, value := range b.jar {
		c.jar[name] = value
	}
	return c
}

func (w *world) signIn(b *browser, name string, o session.Opts) {
	w.t.Helper()
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		if err := w.Start(rw, r, w.user(name), o); err != nil {
			w.t.Fatal(err)
		}
	})
}

// who says who is signed in at a browser: "" for nobody.
func (w *world) who(b *browser) string {
	w.t.Helper()
	r := b.request()
	v, err := w.Load(r.Context(), r)
	if err != nil {
		w.t.Fatal(err)
	}
	if v == nil {
		return ""
	}
	return strings.TrimPrefix(v.User.ID, "id-")
}

func (w *world) expectNobody(what string, b *browser) {
	w.t.Helper()
	if got := w.who(b); got != "" {
		w.t.Errorf("%s: %s is signed in", what, got)
	}
}

func (w *world) sessions(name string) int {
	w.t.Helper()
	p, err := state.NewRecords(w.spy.Store, w.now).Person(w.t.Context(), "id-"+name)
	if err != nil {
		w.t.Fatal(err)
	}
	return len(p.Sessions)
}
