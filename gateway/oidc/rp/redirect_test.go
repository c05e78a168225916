package rp

import "testing"

func TestWhichRedirectURIsMayBeRegistered(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]bool{
		"https://app.example.org/cb": true, "https://app.example.org": true, "https://app.example.org:8443/cb?x=y": true, "http://127.0.0.1/cb": true, "http://[::1]:9/cb": true,
		"http://localhost:3000/cb": true, "org.example.app:/cb": true, "org.example.app://cb": true,
		"": false, "/cb": false, "app.example.org/cb": false, "http://app.example.org/cb": false, "https:///cb": false, "https://app.example.org/#x": false, "https://app.example.org/#": false,
		"https://*.example.org/": false, "https://a b.example.org/": false, "https://exämple.org/": false, "https://u:p@app.example.org/": false, "javascript:alert(1)": false, "data:text/html,x": false,
		"myapp:/cb": false, "http://127.0.0.1.example.org/": false, "http://localhost.example.org/": false, "https://app.example.org/\n": false, "urn:ietf:wg:oauth:2.0:oob": false,
	} {
		var told []string
		checkRedirectURI("redirect_uris", uri, func(_, words string, _ ...any) { told = append(told, words) })
		if (len(told) == 0) != want || len(told) > 1 {
			t.Errorf("%q: %q", uri, told)
		}
	}
}

func TestWhichRedirectURIsMatch(t *testing.T) {
	t.Parallel()
	registered := []string{"https://app.example.org/cb", "http://127.0.0.1/cb?x=1", "http://[::1]:9000/cb", "http://localhost/cb"}
	for uri, want := range map[string]bool{
		"https://app.example.org/cb": true, "http://127.0.0.1:1234/cb?x=1": true, "http://127.0.0.1/cb?x=1": true, "http://[::1]:7/cb": true, "http://[::1]/cb": true, "http://localhost:5/cb": true,
		"https://app.example.org:443/cb": false, "https://app.example.org/cb/": false, "https://app.example.org/CB": false, "http://127.0.0.1:1234/cb": false, "http://127.0.0.1:1234/cb?x=2": false,
		"https://127.0.0.1:1/cb?x=1": false, "http://127.0.0.1:x/cb?x=1": false, "http://127.0.0.1@evil.org/cb?x=1": false, "http://127.0.0.1:1@evil.org/cb?x=1": false, "http://127.0.0.2/cb?x=1": false,
		"http://LOCALHOST:5/cb": false, "http://localhost:5/cb#x": false, "": false,
	} {
		if got := RedirectAllowed(registered, uri); got != want {
			t.Errorf("%q: %t", uri, got)
		}
	}
}
