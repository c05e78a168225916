package oidc

import (
	"context"
	"encoding/base64"
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
