package oidc_test

import (
	"strings"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// forClaims are the clients of claimPromises.
func forClaims(d *oidc.Deps) {
	one := rp.Client{RedirectURIs: []string{callback}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true}
	for _, kind := range rp.SubjectTypes() {
		c := one
		c.ID, c.SubjectType = "subject-"+kind, kind
		d.Clients = append(d.Clients, c)
	}
	for _, alg := range rp.Algorithms() {
		c := one
		c.ID, c.UserinfoAlg = "userinfo-"+strings.ToLower(alg), alg
		d.Clients = append(d.Clients, c)
	}
}

// claimPromises try what discovery says of claims, subjects and userinfo.
func (w *world) claimPromises(b *webtest.Browser) map[string]func(v any) {
	return map[string]func(v any){
		"subject_types_supported": func(v any) {
			for _, one := range texts(v) {
				app := w.rp("subject-" + one)
				if sub := app.idClaims(app.tokens(b))["sub"]; (sub == ada) != (one == "public") {
					w.t.Errorf("the subject type %s gives %v", one, sub)
				}
			}
		},
		"userinfo_signing_alg_values_supported": func(v any) {
			for _, alg := range texts(v) {
				app := w.rp("userinfo-" + strings.ToLower(alg))
				tok := app.tokens(b)
				resp := w.send("GET", "/oauth/userinfo", bearer(tok.AccessToken), "")
				if resp.Body.Close(); resp.Header.Get("Content-Type") != "application/jwt" {
					w.t.Errorf("userinfo signed by %s: %v", alg, resp.Header)
				}
			}
		},
		"claims_parameter_supported": func(v any) {
			tok := w.rp("orders").tokens(b, "claims", `{"userinfo":{"email":null}}`)
			if _, got := w.userinfo(tok.AccessToken); v != true || got["email"] == nil {
				w.t.Errorf("claims_parameter_supported %v: %v", v, got)
			}
		},
		"claim_types_supported": func(v any) {
			if one := texts(v); len(one) != 1 || one[0] != "normal" { // the others would be _claim_names and _claim_sources (OpenID Connect Core 5.6)
				w.t.Errorf("claim_types_supported %v", v)
			}
		},
		"display_values_supported": func(v any) {
			for _, one := range texts(v) {
				w.rp("orders").code(b, "display", one)
			}
		},
	}
}

func texts(v any) []string {
	var words []string
	for _, one := range v.([]any) {
		words = append(words, one.(string))
	}
	return words
}
