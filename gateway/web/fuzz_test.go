package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// FuzzCheckLocal looks for an address that passes and leads a browser away. Browsers drop tabs and line ends, and take a backslash for a
// slash (WHATWG URL 4.4), so that is done to it before Go resolves it.
func FuzzCheckLocal(f *testing.F) {
	for _, seed := range []string{"/", "/profile?a=b", "//evil.example", `/\evil.example`, "/\t/evil.example", "/..//evil.example", "/%2f/evil.example", "/@evil.example", "/:80"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://id.example.org/signin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		if web.CheckLocal(path) != nil {
			return
		}
		asBrowser := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(strings.TrimSpace(path))
		u, err := base.Parse(asBrowser)
		if err != nil {
			t.Fatalf("%q passes and cannot be read: %v", path, err)
		}
		if u.Host != base.Host || u.Scheme != base.Scheme || u.User != nil {
			t.Fatalf("%q leads to %s", path, u)
		}
	})
}

// FuzzOpenReturn looks for a parameter that leads away, or that makes the page fail.
func FuzzOpenReturn(f *testing.F) {
	kit := webtest.Kit(f, web.Options{})
	sealed, err := kit.SealReturn(web.ReturnTo{Path: "/profile"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add("/x")
	f.Add("https://evil.example")
	f.Fuzz(func(t *testing.T, value string) {
		if got := kit.OpenReturn(value).Path; web.CheckLocal(got) != nil {
			t.Fatalf("%q leads to %q", value, got)
		}
	})
}
