package oidc_test

import (
	"slices"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestAnOldSecretStaysGoodForTheStatedTimeAndNoLonger(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"", "client_secret_jwt"} {
		w := newWorld(t)
		g, b := w.provider.Registry(), w.browser()
		client := &rp.Client{ID: "wiki", RedirectURIs: []string{callback}}
		first, err := g.Prove(client, method)
		if err == nil {
			err = g.Add(t.Context(), client)
		}
		if err != nil || len(first) != 43 {
			t.Fatalf("%v: the first secret has %d characters", err, len(first))
		}
		works := func(secret string) bool {
			authorization, form := basic("wiki", secret), []string{"grant_type", "authorization_code", "code", w.rp("wiki").code(b)}
			if method != "" {
				authorization, form = "", append(form, asserted(signedBy(t, jose.HS256, []byte(secret), w.proof("wiki")))...)
			}
			_, got := w.post("/oauth/token", authorization, form...)
			return got["error"] != "invalid_client"
		}
		second, _, err := g.RotateSecret(t.Context(), "wiki", time.Hour)
		if err != nil || len(second) != 43 || !works(first) || !works(second) {
			t.Fatalf("%s %v: after one rotation: %t %t", method, err, works(first), works(second))
		}
		w.later(59 * time.Minute)
		third, _, err := g.RotateSecret(t.Context(), "wiki", time.Hour)
		if err != nil || !works(first) || !works(second) || !works(third) {
			t.Errorf("%s %v: after two rotations: %t %t %t", method, err, works(first), works(second), works(third))
		}
		w.later(time.Minute + 11*time.Second)
		if works(first) || !works(second) || !works(third) {
			t.Errorf("%s: an hour after the first: %t %t %t", method, works(first), works(second), works(third))
		}
		last, c, err := g.RotateSecret(t.Context(), "wiki", 0)
		if err != nil || works(second) || works(third) || !works(last) || len(c.Secrets)+len(c.SealedSecrets) != 1 || len(c.SecretsUntil) != 0 {
			t.Errorf("%s %v: at once: %t %t %t %+v", method, err, works(second), works(third), works(last), c)
		}
	}
}

func TestAClientWithoutASecretGetsNoneByReplacingIt(t *testing.T) {
	t.Parallel()
	g, _, _ := registry(t)
	add(t, g, "app", "")
	if err := g.Add(t.Context(), &rp.Client{ID: "keys", RedirectURIs: []string{callback}, AuthMethod: "private_key_jwt", JWKSURI: "https://keys.example.org/"}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"app", "keys"} {
		if _, _, err := g.RotateSecret(t.Context(), id, 0); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestWhoeverProvesItselfInAnotherWayHasWhatThatNeedsAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.provider.Registry()
	c := &rp.Client{ID: "wiki", RedirectURIs: []string{callback}, JWKSURI: "https://wiki.example.org/keys"}
	for _, step := range []struct {
		method           string
		fresh            bool
		secrets, sealeds int
	}{
		{"", true, 1, 0}, {"client_secret_post", false, 1, 0}, {"client_secret_jwt", true, 0, 1}, {"client_secret_jwt", false, 0, 1}, {"client_secret_basic", true, 1, 0},
		{"private_key_jwt", false, 0, 0}, {"client_secret_jwt", true, 0, 1}, {"none", false, 0, 0},
	} {
		secret, err := g.Prove(c, step.method)
		if err != nil || (secret != "") != step.fresh || len(c.Secrets) != step.secrets || len(c.SealedSecrets) != step.sealeds {
			t.Errorf("%s: %q %v %+v", step.method, secret, err, c)
		}
		if wrong := c.Check(); len(wrong) > 0 {
			t.Errorf("%s: %v", step.method, wrong)
		}
	}
	// A secret that is signed with opens under the master secret alone, and for its client alone.
	if _, err := g.Prove(c, "client_secret_jwt"); err != nil {
		t.Fatal(err)
	}
	other := &rp.Client{ID: "blog", RedirectURIs: []string{callback}, AuthMethod: "client_secret_jwt", SealedSecrets: slices.Clone(c.SealedSecrets)}
	must(w, g.Add(t.Context(), other))
	status, _ := w.post("/oauth/token", "", append([]string{"grant_type", "authorization_code", "code", w.rp("blog").code(w.browser())}, asserted(signedBy(t, jose.HS256, []byte("x-secret-of-32-bytes-or-more-of-any-kind"), w.proof("blog")))...)...)
	if status != 500 {
		t.Errorf("a secret that was sealed for another client: %d", status)
	}
	bare, _, _ := registry(t)
	if _, err := bare.Prove(&rp.Client{ID: "wiki"}, "client_secret_jwt"); !fault.Is(err, fault.Internal) {
		t.Errorf("without a keyring: %v", err)
	}
}
