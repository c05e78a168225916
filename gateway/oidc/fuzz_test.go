package oidc

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/keys"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// bare is a provider that can read requests and tokens, and do nothing else.
func bare(t testing.TB) *Provider {
	t.Helper()
	clients, err := rp.NewClients([]rp.Client{
		{ID: "orders", RedirectURIs: []string{"https://orders.example.org/callback", "http://127.0.0.1/cb"}},
		{ID: "single", RedirectURIs: []string{"org.example.app:/cb"}},
	}, &statetest.Memory{}, webtest.Keyring(t), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{Deps: Deps{Issuer: "https://id.example.org", Keyring: webtest.Keyring(t), Clock: time.Now}, clients: clients, catalogue: newCatalogue(ldapmap.StandardFields(), false, nil)}
	p.keys = keys.New(&statetest.Memory{}, p.Keyring, p.Clock, keys.Plan{}, nil, func(state.Path, string) {})
	p.fosite = p.newFosite()
	return p
}

func FuzzTokens(f *testing.F) {
	p := bare(f)
	good, err := p.seal(purposeAccess, accessToken{Grant: "a seed"})
	if err != nil {
		f.Fatal(err)
	}
	signed, err := p.signAccess(f.Context(), jose.EdDSA, ldapmap.NewUser(ldapmap.Ref{ID: "x"}), &accessToken{Grant: "a seed", signOn: signOn{Person: "x", Client: "orders"}})
	if err != nil {
		f.Fatal(err)
	}
	id, err := p.keys.Sign(f.Context(), jose.EdDSA, typID, map[string]string{"iss": p.Issuer, "client_id": "orders", "jti": "x"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "AQ", "eyJhbGciOiJub25lIn0.e30.", strings.Repeat("A", 300), good, good[:len(good)-1], good + "=", "é", signed, signed[:len(signed)-1], signed + ".", "." + signed, id, ".."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Each process that fuzzes seals seeds of its own, and opens those of the others.
		if token, err := p.openEither(t.Context(), text); err != nil || token != nil && token.grant != "a seed" {
			t.Errorf("a made-up token opens: %q, %v", text, err)
		}
		for _, purpose := range []string{purposeCode, purposeRequest} {
			if p.open(purpose, text, maxToken, &struct{}{}) == nil {
				t.Errorf("it opens as %s: %q", purpose, text)
			}
		}
	})
}

func FuzzRequests(f *testing.F) {
	p := bare(f)
	const start = "client_id=orders&response_type=code&scope=openid&redirect_uri="
	for _, seed := range []string{"", "%", "a=%zz", start + "https%3A%2F%2Forders.example.org%2Fcallback&code_challenge=x", start + "http%3A%2F%2F127.0.0.1%3A99%2Fcb", start + "https://evil.example.org/", "client_id=single&response_type=code&scope=openid",
		start + "http://127.0.0.1:80@evil.example.org/cb", start + "http://127.0.0.1:/cb", start + "http%3A%2F%2F127.0.0.1%3A1%2Fcb%23x", "client_id=orders;x=y&max_age=0&prompt=none%20none&id_token_hint=x&request=&state=%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		q, err := p.parse(httptest.NewRequest(http.MethodGet, "/oauth/authorize", nil), waiting{Query: query})
		if q == nil {
			if err == nil {
				t.Error("neither a request nor an error")
			}
			return
		}
		form, _ := url.ParseQuery(query)
		asked, to := form.Get("redirect_uri"), q.ar.RedirectURI
		switch host := to.Hostname(); {
		case asked == "" && len(q.client.RedirectURIs) == 1 && to.String() == q.client.RedirectURIs[0]:
		case asked == "" || !rp.RedirectAllowed(q.client.RedirectURIs, asked):
			t.Errorf("%q leads to %s", query, to)
		case host != "orders.example.org" && host != "127.0.0.1" && to.Scheme != "org.example.app":
			t.Errorf("%q leads to the host %q", query, host)
		case to.Fragment != "" || to.User != nil:
			t.Errorf("%q leads to %s", query, to)
		}
	})
}
