package lab

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

//go:embed wicketgate.yaml
var configuration string

//go:embed directory.ldif
var directory string

const (
	suffix   = "dc=example,dc=org"
	adminDN  = "cn=admin," + suffix
	patience = 10 * time.Second // for what happens on this machine alone
)

// Options say what the lab is like. The zero value is a good lab.
type Options struct {
	Port    int    // of the gateway, on 127.0.0.1; 0: a free one
	Version string // for the status page
	// Log takes the gateway's log; nil: nobody reads it.
	Log *slog.Logger
}

// Lab is a gateway with all that is around it.
type Lab struct {
	URL string // where the gateway is, without a slash at the end

	options Options
	server  *http.Server
	done    chan error

	mu  sync.RWMutex
	now *world
}

// world is what Reset replaces.
type world struct {
	*Hands
	clock     *Clock
	directory *memdir.Server
	mails     *inbox.Server
	gateway   *gateway.Gateway
}

// Start starts a lab; Close ends it. Errors: a port that is taken.
func Start(ctx context.Context, o Options) (*Lab, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	door, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(o.Port)))
	if err != nil {
		return nil, fmt.Errorf("listening for the gateway: %w", err)
	}
	l := &Lab{URL: "http://" + door.Addr().String(), options: o, done: make(chan error, 1)}
	if l.now, err = l.world(ctx); err != nil {
		return nil, errors.Join(err, door.Close())
	}
	l.server = web.NewServer("", http.HandlerFunc(l.serve), o.Log)
	go func() { l.done <- l.server.Serve(door) }()
	return l, nil
}

func (l *Lab) serve(w http.ResponseWriter, r *http.Request) {
	l.mu.RLock()
	h := l.now.gateway.Handler()
	l.mu.RUnlock()
	h.ServeHTTP(w, r)
}

// Reset forgets everybody and everything: people, clients, keys, mails, and the time that was added. The address stays.
func (l *Lab) Reset(ctx context.Context) error {
	fresh, err := l.world(ctx)
	if err != nil {
		return err
	}
	l.mu.Lock()
	old := l.now
	l.now = fresh
	l.mu.Unlock()
	return old.close()
}

// Close ends it.
func (l *Lab) Close() error {
	err := l.server.Close()
	if served := <-l.done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	return errors.Join(err, l.now.close())
}

// Hands are what makes people, groups and clients, and signs people in.
func (l *Lab) Hands() *Hands { return l.current().Hands }

// Clock is the time of the gateway and of its directory.
func (l *Lab) Clock() *Clock { return l.current().clock }

// Inbox holds what was mailed.
func (l *Lab) Inbox() *inbox.Server { return l.current().mails }

func (l *Lab) current() *world {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.now
}

func (l *Lab) world(ctx context.Context) (w *world, err error) {
	w = &world{clock: &Clock{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	admin, service := rand.Text(), rand.Text()
	if w.directory, err = memdir.New(memdir.Options{
		Suffixes: []string{suffix}, RootDN: adminDN, RootPassword: admin, Access: access(), Clock: w.clock.Now,
		Policy: &memdir.PasswordPolicy{MinLength: 8, MaxFailure: 10, LockoutDuration: 10 * time.Minute},
	}); err != nil {
		return w, fmt.Errorf("making the directory: %w", err)
	}
	if err = w.directory.LoadLDIF(strings.NewReader(strings.ReplaceAll(directory, "${SERVICE}", service))); err != nil {
		return w, fmt.Errorf("filling the directory: %w", err)
	}
	if err = w.directory.Start(context.WithoutCancel(ctx)); err != nil { // it ends with close
		return w, fmt.Errorf("starting the directory: %w", err)
	}
	if w.mails, err = inbox.Listen("127.0.0.1:0", inbox.Options{Clock: w.clock.Now}); err != nil {
		return w, fmt.Errorf("starting the inbox: %w", err)
	}
	values := map[string]string{
		"URL": l.URL, "DIRECTORY": w.directory.URL(), "SECRET": rand.Text() + rand.Text(), "SMTP_PORT": strconv.Itoa(w.mails.Port()), "SERVICE": service,
	}
	cfg, err := config.Parse("wicketgate.yaml", []byte(configuration), func(name string) (string, bool) { v, ok := values[name]; return v, ok })
	if err != nil {
		return w, fmt.Errorf("the lab's own configuration: %w", err)
	}
	if w.gateway, err = gateway.New(ctx, cfg,
		gateway.WithLog(l.options.Log), gateway.WithClock(w.clock.Now), gateway.WithFloor(-1), gateway.WithVersion(l.options.Version)); err != nil {
		return w, err
	}
	if w.Hands, err = NewHands(cfg, l.URL, adminDN, admin, w.clock.Now); err != nil {
		return w, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-w.gateway.Prepared():
		return w, nil
	case <-ctx.Done():
		return w, fmt.Errorf("the gateway does not get ready: %w", ctx.Err())
	}
}

// access gives the gateway's account what an administrator should give it.
func access() []memdir.Rule {
	const service = "cn=wicketgate,ou=services," + suffix
	writes := memdir.By{Who: memdir.IsDN, Name: service, Level: memdir.Write}
	anyoneReads := memdir.By{Who: memdir.Anyone, Level: memdir.Read}
	return []memdir.Rule{
		{Attrs: []string{"userPassword"}, By: []memdir.By{
			{Who: memdir.IsDN, Name: service, Level: memdir.WriteOnly}, {Who: memdir.Self, Level: memdir.WriteOnly}, {Who: memdir.Anonymous, Level: memdir.Auth}}},
		{Attrs: []string{"pwdHistory"}},
		{Base: "ou=wicketgate," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{writes}},
		{Base: "ou=people," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{writes, anyoneReads}},
		{Base: "ou=groups," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{writes, anyoneReads}},
		{By: []memdir.By{anyoneReads}},
	}
}

func (w *world) close() error {
	var errs []error
	if w.Hands != nil {
		errs = append(errs, w.Hands.Close())
	}
	if w.gateway != nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		errs = append(errs, w.gateway.Close(ctx))
	}
	if w.mails != nil {
		errs = append(errs, w.mails.Close())
	}
	if w.directory != nil {
		errs = append(errs, w.directory.Close())
	}
	return errors.Join(errs...)
}
