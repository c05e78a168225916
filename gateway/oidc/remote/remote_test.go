package remote_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/remote"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// site serves a document and counts how often it was asked.
func site(t *testing.T, h http.HandlerFunc) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	asked := new(atomic.Int32)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); h(w, r) }))
	t.Cleanup(s.Close)
	return s, asked
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) read() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestADocumentIsFetchedOnceForAWhile(t *testing.T) {
	t.Parallel()
	s, asked := site(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("keys of " + r.URL.Path)) })
	c := &clock{now: time.Unix(1e9, 0)}
	f := remote.New(remote.Config{Private: true, HTTP: true, Clock: c.read})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if body, err := f.Get(t.Context(), s.URL+"/one"); err != nil || string(body) != "keys of /one" {
				t.Errorf("%q %v", body, err)
			}
		})
	}
	wg.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	_, _ = f.Renew(t.Context(), s.URL+"/one") // too early
	c.pass(remote.Pause)
	_, _ = f.Get(t.Context(), s.URL+"/one")
	if n := asked.Load(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	_, _ = f.Renew(t.Context(), s.URL+"/one")
	c.pass(remote.Fresh)
	_, _ = f.Get(t.Context(), s.URL+"/one")
	if n := asked.Load(); n != 3 {
		t.Errorf("fetched %d times, want 3", n)
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	t.Parallel()
	s, asked := site(t, func(http.ResponseWriter, *http.Request) {})
	f := remote.New(remote.Config{Private: true, HTTP: true})
	for i := range 129 {
		_, _ = f.Get(t.Context(), s.URL+"/"+strings.Repeat("x", i))
	}
	if _, _ = f.Get(t.Context(), s.URL+"/"); asked.Load() != 130 {
		t.Errorf("%d fetches: the first of 129 documents is still kept", asked.Load())
	}
}

func TestWhatIsNoDocumentIsRefusedAndNotAskedForAtEachRequest(t *testing.T) {
	t.Parallel()
	other, reached := site(t, func(http.ResponseWriter, *http.Request) {})
	s, asked := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = w.Write(make([]byte, remote.MaxBytes+1))
		case "/missing":
			http.NotFound(w, r)
		case "/elsewhere":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/moved":
			http.Redirect(w, r, "/full", http.StatusFound)
		case "/full":
			_, _ = w.Write(make([]byte, remote.MaxBytes))
		}
	})
	f := remote.New(remote.Config{Private: true, HTTP: true, Clock: (&clock{}).read})
	for path, want := range map[string]fault.Code{"/large": fault.Invalid, "/missing": fault.Unavailable, "/elsewhere": fault.Unavailable, "/round": fault.Unavailable} {
		if _, err := f.Get(t.Context(), s.URL+path); !fault.Is(err, want) {
			t.Errorf("%s: %v", path, err)
		}
		before := asked.Load()
		if _, err := f.Renew(t.Context(), s.URL+path); err == nil || asked.Load() != before {
			t.Errorf("%s: asked again at once", path)
		}
	}
	if reached.Load() != 0 {
		t.Error("a redirect to another site was followed")
	}
	if body, err := f.Get(t.Context(), s.URL+"/moved#digest"); err != nil || len(body) != remote.MaxBytes {
		t.Errorf("moved within the site: %d bytes, %v", len(body), err)
	}
}

func TestNothingInsideTheOrganisationIsReached(t *testing.T) {
	t.Parallel()
	s, asked := site(t, func(http.ResponseWriter, *http.Request) {})
	f := remote.New(remote.Config{HTTP: true})
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	// A name is only known to be private when it was looked up.
	if _, err := f.Get(t.Context(), "http://localhost:"+port+"/"); !fault.Is(err, fault.Invalid) || asked.Load() != 0 {
		t.Errorf("by name: %v, asked %d times", err, asked.Load())
	}
	for _, host := range []string{"127.0.0.1", "[::1]", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "0.0.0.0", "[::]", "100.64.0.1", "224.0.0.1",
		"[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "255.255.255.255", "192.0.2.1"} {
		if err := f.Check("http://" + host + "/"); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, host := range []string{"1.1.1.1", "[2606:4700::1111]", "example.org"} {
		if err := f.Check("https://" + host + "/"); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestOnlyHTTPSIsFetched(t *testing.T) {
	t.Parallel()
	f := remote.New(remote.Config{})
	for _, address := range []string{"http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https:///x", "https://u:p@example.org/", "x", "", "://", "https:example.org", "https://example.org/" + strings.Repeat("x", 2048)} {
		if _, err := f.Get(t.Context(), address); !fault.Is(err, fault.Invalid) {
			t.Errorf("%.40s: %v", address, err)
		}
	}
}

func TestAServerThatDoesNotAnswerHoldsUpNobodyWhoLeaves(t *testing.T) {
	t.Parallel()
	free := make(chan struct{})
	asked := make(chan struct{})
	s, _ := site(t, func(http.ResponseWriter, *http.Request) { close(asked); <-free })
	f := remote.New(remote.Config{Private: true, HTTP: true})
	ctx, leave := context.WithCancel(t.Context())
	go func() { <-asked; leave() }()
	if _, err := f.Get(ctx, s.URL); err == nil {
		t.Error("no answer, and no error")
	}
	close(free)
}

func TestAFormIsPostedOnceAndToThisAddressAlone(t *testing.T) {
	t.Parallel()
	var got string
	s, asked := site(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Method + " " + r.PostFormValue("logout_token")
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	f := remote.New(remote.Config{Private: true, HTTP: true})
	status, err := f.Post(t.Context(), s.URL, url.Values{"logout_token": {"x"}})
	if err != nil || status != http.StatusTemporaryRedirect || got != "POST x" || asked.Load() != 1 {
		t.Errorf("%d %v after %q, asked %d times", status, err, got, asked.Load())
	}
	if _, err := remote.New(remote.Config{HTTP: true}).Post(t.Context(), s.URL, nil); !fault.Is(err, fault.Invalid) || asked.Load() != 1 {
		t.Errorf("an address inside: %v", err)
	}
	s.Close()
	if _, err := f.Post(t.Context(), s.URL, nil); !fault.Is(err, fault.Unavailable) {
		t.Errorf("nobody there: %v", err)
	}
}
