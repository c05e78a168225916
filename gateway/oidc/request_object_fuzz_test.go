package oidc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// FuzzRequestObject looks for a request object that brings the reader down, leads on to another one, or changes the client.
func FuzzRequestObject(f *testing.F) {
	p := bare(f)
	client := &rp.Client{ID: "orders", RedirectURIs: []string{"https://orders.example.org/callback"}, RequestObjectAlg: rp.AlgNone}
	unsigned := func(claims string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + "."
	}
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"max_age":1}`, `{"max_age":1e3}`, `{"claims":{"userinfo":{"name":null}}}`, `{"client_id":"other"}`, `{"aud":["https://id.example.org"]}`,
		`{"exp":1e400}`, `{"exp":-1}`, `{"request":"x"}`, `{"state":null}`, `{"state":true}`, `{"resume":"x"}`, "\xff",
	} {
		f.Add(unsigned(seed))
	}
	f.Add("..")
	f.Add("eyJhbGciOiJFUzI1NiJ9.e30.AA")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := p.unwrap(context.Background(), client, url.Values{"client_id": {"orders"}, "scope": {"openid"}, "request": {text}})
		if err != nil || text == "" {
			return
		}
		if got.Get("client_id") != "orders" || got.Has("request") || got.Has("request_uri") || got.Has(ResumeParam) {
			t.Errorf("%q becomes %v", text, got)
		}
	})
}

func FuzzResponseType(f *testing.F) {
	for _, seed := range append(rp.ResponseTypes(), "", " ", "code code", "Code", "code  token", "none", "code\ttoken") {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := rp.ReadResponseType(text)
		if ok && got == (rp.Wanted{}) {
			t.Errorf("%q asks for nothing and is taken", text)
		}
	})
}

// FuzzClaims looks for a parameter that brings the reader down, or that is taken beyond its bounds.
func FuzzClaims(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[]`, `{"userinfo":{"name":null},"id_token":{"acr":{"essential":true,"values":["1","2"]},"sub":{"value":"x"}}}`, `{"userinfo":{"a":null,"a":null}}`, `{}{}`,
		`{"id_token":{"acr":{"essential":1}}}`, `{"id_token":{"acr":{"values":[[[[[[]]]]]]}}}`, "{\"userinfo\":{\"\xff\":null}}", `{"userinfo":{"a":{"value":1e999}}}`, `{"userinfo`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseClaims(text)
		if err != nil && (len(c.userinfo) > 0 || len(c.idToken) > 0) {
			t.Errorf("%q is refused and gives something", text)
		}
		if err == nil && text != "" && !json.Valid([]byte(text)) {
			t.Errorf("%q is no JSON and is taken", text)
		}
		for _, list := range []map[string]claimRequest{c.userinfo, c.idToken} {
			if len(list) > maxAsked {
				t.Errorf("%q gives %d claims", text, len(list))
			}
			for name, one := range list {
				if len(name) > maxClaimName || len(one.values) > maxACRs+1 {
					t.Errorf("%q gives %q with %d values", text, name, len(one.values))
				}
			}
		}
	})
}
