package keys

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

func pemOf(t *testing.T, kind string, key any) string {
	t.Helper()
	var der []byte
	var err error
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if der = x509.MarshalPKCS1PrivateKey(k); kind == "PRIVATE KEY" {
			der, err = x509.MarshalPKCS8PrivateKey(k)
		}
	case *ecdsa.PrivateKey:
		if der, err = x509.MarshalECPrivateKey(k); kind == "PRIVATE KEY" {
			der, err = x509.MarshalPKCS8PrivateKey(k)
		}
	default:
		der, err = x509.MarshalPKCS8PrivateKey(k)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestAKeyIsReadHoweverOthersWriteIt(t *testing.T) {
	t.Parallel()
	rsaKey, _ := rsa.GenerateKey(rand.Reader, 2048)
	small, _ := rsa.GenerateKey(rand.Reader, 1024)
	ec, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	public, ed, _ := ed25519.GenerateKey(rand.Reader)
	jwk, _ := json.Marshal(jose.JSONWebKey{Key: ec, KeyID: "mine"})
	open, _ := json.Marshal(jose.JSONWebKey{Key: public})
	for name, c := range map[string]struct{ text, want string }{
		"RSA, PKCS 8":   {pemOf(t, "PRIVATE KEY", rsaKey), "RS256"},
		"RSA, PKCS 1":   {pemOf(t, "RSA PRIVATE KEY", rsaKey), "RS256"},
		"P-256, PKCS 8": {pemOf(t, "PRIVATE KEY", ec), "ES256"},
		"P-256, SEC 1":  {pemOf(t, "EC PRIVATE KEY", ec), "ES256"},
		"Ed25519":       {"\n" + pemOf(t, "PRIVATE KEY", ed) + "\n", "EdDSA"},
		"a JWK":         {string(jwk), "ES256"},
	} {
		if got, err := ParseFixed(c.text); err != nil || got.Alg() != c.want || len(got.key.jwk.KeyID) != 43 {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing":      {"", "neither PEM nor"},
		"RSA 1024":     {pemOf(t, "PRIVATE KEY", small), "1024 bits"},
		"P-384":        {pemOf(t, "PRIVATE KEY", p384), "P-384"},
		"a public JWK": {string(open), "no JSON Web Key of a private key"},
		"broken JSON":  {"{", "no JSON Web Key"},
		"two keys":     {pemOf(t, "PRIVATE KEY", ec) + pemOf(t, "PRIVATE KEY", ed), "more than one"},
		"encrypted":    {string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})), "encrypted"},
		"certificate":  {string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})), "CERTIFICATE"},
		"cut":          {string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hunter2")})), "cannot be read"},
	} {
		if _, err := ParseFixed(c.text); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseFixed(f *testing.F) {
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	der, _ := x509.MarshalPKCS8PrivateKey(ed)
	f.Add(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	f.Add(`{"kty":"OKP","crv":"Ed25519","d":"x","x":"y"}`)
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := ParseFixed(text); err == nil && k.Alg() == "" {
			t.Error("a key for nothing")
		}
	})
}

func TestAKeyOfOnesOwnSignsAndIsNeverReplacedByTime(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	before := replica(t, &store, &now)
	old, err := before.Sign(t.Context(), jose.EdDSA, "JWT", map[string]any{"sub": "x"})
	if err != nil {
		t.Fatal(err)
	}
	var mine [2]Fixed
	for i := range mine {
		_, ed, _ := ed25519.GenerateKey(rand.Reader)
		if mine[i], err = ParseFixed(pemOf(t, "PRIVATE KEY", ed)); err != nil {
			t.Fatal(err)
		}
	}
	plan := Plan{Every: 30 * 24 * time.Hour, Token: time.Hour, Hint: 10 * 24 * time.Hour}
	set := New(&store, webtest.Keyring(t), func() time.Time { return now }, plan, mine[:], func(state.Path, string) {})
	for range 5 {
		token, err := set.Sign(t.Context(), jose.EdDSA, "JWT", map[string]any{"sub": "y"})
		if err != nil || kidOf(t, token) != mine[0].key.jwk.KeyID {
			t.Fatalf("signed by %s, %v", kidOf(t, token), err)
		}
		var claims map[string]any
		if err := set.Verify(t.Context(), "JWT", token, &claims); err != nil {
			t.Error(err)
		}
		if err := set.Verify(t.Context(), "JWT", old, &claims); err != nil {
			t.Errorf("what was signed before counts no more: %v", err)
		}
		public, err := set.Public(t.Context())
		if err != nil || len(public.Key(mine[1].key.jwk.KeyID)) != 1 || len(public.Key(kidOf(t, old))) != 1 {
			t.Errorf("the second key, or the one before, is not published: %v", err)
		}
		for _, k := range public.Keys {
			if !k.IsPublic() {
				t.Fatal("a private key is published")
			}
		}
		now = now.Add(31 * 24 * time.Hour)
	}
	all, err := List(t.Context(), &store, webtest.Keyring(t))
	if err != nil {
		t.Fatal(err)
	}
	made := map[string]int{}
	for _, k := range all {
		made[k.Alg]++
	}
	if made["EdDSA"] != 1 || made["RS256"] < 2 {
		t.Errorf("made meanwhile: %v", made)
	}
	// Somebody who brings all keys along has none made.
	var empty statetest.Memory
	set = New(&empty, webtest.Keyring(t), func() time.Time { return now }, plan, mine[:1], func(state.Path, string) {})
	if _, err := set.All(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, _ := List(t.Context(), &empty, webtest.Keyring(t)); len(all) != 2 {
		t.Errorf("%d keys were made beside the one that is there", len(all))
	}
}

func TestLeakedKeysAreWorthNothingAnyMore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	var store statetest.Memory
	one := replica(t, &store, &now)
	old, err := one.Sign(t.Context(), jose.ES256, "JWT", map[string]any{"sub": "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Create(t.Context(), state.Record{Path: state.Path{Kind: state.Keys, ID: "es256-7"}, Values: []string{"cannot be opened"}}); err != nil {
		t.Fatal(err)
	}
	made, withdrawn, err := Replace(t.Context(), &store, webtest.Keyring(t), now)
	if err != nil || len(made) != 3 || len(withdrawn) != 4 {
		t.Fatalf("%d made, %v withdrawn, %v", len(made), withdrawn, err)
	}
	now = now.Add(2 * keyRefresh)
	token, err := one.Sign(t.Context(), jose.ES256, "JWT", map[string]any{"sub": "y"})
	if err != nil || kidOf(t, token) == kidOf(t, old) {
		t.Errorf("still signed by the old key: %v", err)
	}
	var claims map[string]any
	if err := one.Verify(t.Context(), "JWT", old, &claims); err == nil {
		t.Error("what the leaked key signed still counts")
	}
}
