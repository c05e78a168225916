package relyingparties_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// secret is what every application here proves itself with.
const secret = "a-secret-of-an-application-of-32-bytes-or-more"

// scopes are what every application asks for.
const scopes = "openid profile email offline_access"

// app is an application in front of the gateway. Its address is known before it runs, because the gateway has to know it first.
type app struct {
	name     string
	URL      string // without a slash at the end
	callback string
	bye      string // where people come back to after they signed out
	back     string // where the application is told that a session ended; empty if it cannot be
	door     *httptest.Server
	handler  atomic.Value // of a func(http.ResponseWriter, *http.Request)
	issuer   string
}

// start starts the application; it ends with the test.
type start func(t *testing.T, a *app)

// newApp opens the address of an application.
func newApp(t *testing.T, name, callback string) *app {
	t.Helper()
	a := &app{name: name}
	a.door = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serve, ok := a.handler.Load().(func(http.ResponseWriter, *http.Request))
		if !ok {
			http.Error(w, "the application has not started", http.StatusServiceUnavailable)
			return
		}
		serve(w, r)
	}))
	t.Cleanup(a.door.Close)
	a.URL = a.door.URL
	a.callback = a.URL + callback
	a.bye = a.URL + "/bye"
	return a
}

// behind hands every request on to a program on a port of its own, with the Host that the browser sent.
func (a *app) behind(port int) {
	target := &url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}
	proxy := &httputil.ReverseProxy{
		Transport: &http.Transport{DisableKeepAlives: true}, // Apache sends a second answer after some redirects
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
		},
	}
	a.handler.Store(proxy.ServeHTTP)
}

// openGateway starts a gateway that knows the applications.
func openGateway(t *testing.T, directory *ldaptest.Server, apps ...*app) *housetest.Gateway {
	t.Helper()
	var clients strings.Builder
	clients.WriteString("clients:\n")
	for _, a := range apps {
		fmt.Fprintf(&clients, "  - id: %s\n    secret: %s\n    redirect_uris: [%q]\n    post_logout_redirect_uris: [%q]\n", a.name, secret, a.callback, a.bye)
		if a.back != "" {
			fmt.Fprintf(&clients, "    backchannel_logout_uri: %q\n", a.back)
		}
	}
	g := housetest.Start(t, housetest.Options{Directory: directory, Config: clients.String()})
	for _, a := range apps {
		a.issuer = g.URL
	}
	return g
}

// freePort finds a port for a program that cannot choose one itself. Somebody else may take it first, so whoever uses it tries again.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was written
	return l.Addr().(*net.TCPAddr).Port
}
