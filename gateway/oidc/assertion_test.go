package oidc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// appKey is a key pair of an application.
func appKey(t *testing.T, alg jose.SignatureAlgorithm) jose.JSONWebKey {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case jose.RS256:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: "app-" + rand.Text(), Algorithm: string(alg), Use: "sig"}
}

func keySetOf(t *testing.T, keys ...jose.JSONWebKey) []byte {
	t.Helper()
	set := jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, k.Public())
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// signedBy makes a JWT of claims; one that is set to nil is left out.
func signedBy(t *testing.T, alg jose.SignatureAlgorithm, key any, claims map[string]any, more ...map[string]any) string {
	t.Helper()
	all := maps.Clone(claims)
	for _, m := range more {
		maps.Copy(all, m)
	}
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// proof are the claims of a good assertion.
func (w *world) proof(client string) map[string]any {
	return map[string]any{"iss": client, "sub": client, "aud": w.server.URL, "exp": w.now().Add(time.Minute).Unix(), "iat": w.now().Unix(), "jti": rand.Text()}
}

func asserted(text string) []string {
	return []string{"client_assertion_type", assertionType, "client_assertion", text}
}

func keyClient(id string, set []byte) rp.Client {
	return rp.Client{ID: id, AuthMethod: "private_key_jwt", JWKS: set, RedirectURIs: []string{callback}, Trusted: true, MayIntrospect: true}
}

func TestAnApplicationProvesItselfWithItsOwnKeyOrASharedSecret(t *testing.T) {
	t.Parallel()
	keys := map[jose.SignatureAlgorithm]jose.JSONWebKey{}
	shared := rand.Text() + rand.Text()
	w := newWorld(t, func(d *oidc.Deps) {
		for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA} {
			keys[alg] = appKey(t, alg)
			d.Clients = append(d.Clients, keyClient(strings.ToLower(string(alg)), keySetOf(t, appKey(t, alg), keys[alg])))
		}
		d.Clients = append(d.Clients, rp.Client{ID: "hs256", AuthMethod: "client_secret_jwt", PlainSecret: shared, RedirectURIs: []string{callback}, Trusted: true, MayIntrospect: true})
	})
	registered := &rp.Client{ID: "sealed", RedirectURIs: []string{callback}, Trusted: true, MayIntrospect: true}
	sealed, err := w.provider.Registry().Prove(registered, "client_secret_jwt")
	must(w, err)
	must(w, w.provider.Register(t.Context(), registered))
	b := w.browser()
	for id, alg := range map[string]jose.SignatureAlgorithm{"rs256": jose.RS256, "es256": jose.ES256, "eddsa": jose.EdDSA, "hs256": jose.HS256, "sealed": jose.HS256} {
		var key any = keys[alg]
		if alg == jose.HS256 {
			key = []byte(map[string]string{"hs256": shared, "sealed": sealed}[id])
		}
		app := w.rp(id)
		redeem := func() []string {
			return []string{"grant_type", "authorization_code", "code", app.code(b), "redirect_uri", callback, "code_verifier", app.verifier}
		}
		token := ""
		// The audiences of RFC 7523 3, alone and as a list.
		for _, aud := range []any{w.server.URL, w.server.URL + "/oauth/token", []string{w.server.URL}, []string{w.server.URL, w.server.URL + "/oauth/token"}} {
			status, got := w.post("/oauth/token", "", append(redeem(), asserted(signedBy(t, alg, key, w.proof(id), map[string]any{"aud": aud}))...)...)
			if status != 200 {
				t.Fatalf("%s for %v: %d %v", id, aud, status, got)
			}
			token = got["access_token"].(string)
		}
		// A minute ahead, a minute behind, no iat; the client named in the form too.
		for _, odd := range []map[string]any{{"iat": w.now().Add(59 * time.Second).Unix()}, {"exp": w.now().Add(-59 * time.Second).Unix()}, {"iat": nil}, {"exp": w.now().Add(time.Hour).Unix()}} {
			if status, got := w.post("/oauth/introspect", "", append([]string{"token", token, "client_id", id}, asserted(signedBy(t, alg, key, w.proof(id), odd))...)...); status != 200 || got["active"] != true {
				t.Errorf("%s introspects with %v: %d %v", id, odd, status, got)
			}
		}
		if status, got := w.post("/oauth/introspect", "", append([]string{"token", token}, asserted(signedBy(t, alg, key, w.proof(id), map[string]any{"aud": w.server.URL + "/oauth/introspect"}))...)...); status != 200 {
			t.Errorf("%s, for the address of introspection: %d %v", id, status, got)
		}
		if status, got := w.post("/oauth/revoke", "", append([]string{"token", token}, asserted(signedBy(t, alg, key, w.proof(id)))...)...); status != 200 {
			t.Errorf("%s revokes: %d %v", id, status, got)
		}
		if status, _ := w.userinfo(token); status != 401 {
			t.Errorf("%s: what was revoked is good still: %d", id, status)
		}
	}
}

func TestABrokenAssertionIsRefusedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	key, foreign := appKey(t, jose.ES256), appKey(t, jose.ES256)
	w := newWorld(t, func(d *oidc.Deps) {
		bound := keyClient("bound", keySetOf(t, appKey(t, jose.EdDSA)))
		bound.AuthAlg = "EdDSA"
		d.Clients = append(d.Clients, keyClient("app", keySetOf(t, key)), bound)
	})
	tok := w.rp("orders").tokens(w.browser()).AccessToken
	at := func(d time.Duration) int64 { return w.now().Add(d).Unix() }
	one := func(more map[string]any) []string {
		return asserted(signedBy(t, jose.ES256, key, w.proof("app"), more))
	}
	good := signedBy(t, jose.ES256, key, w.proof("app"))
	_, rest, _ := strings.Cut(good, ".")
	body, _, _ := strings.Cut(rest, ".")
	for name, c := range map[string]struct {
		form   []string
		auth   string
		status int
		err    string
	}{
		"no exp":                  {form: one(map[string]any{"exp": nil})},
		"expired":                 {form: one(map[string]any{"exp": at(-time.Minute)})},
		"good for too long":       {form: one(map[string]any{"exp": at(62 * time.Minute)})},
		"not yet":                 {form: one(map[string]any{"nbf": at(61 * time.Second)})},
		"from the future":         {form: one(map[string]any{"iat": at(61 * time.Second)})},
		"no jti":                  {form: one(map[string]any{"jti": nil})},
		"a long jti":              {form: one(map[string]any{"jti": strings.Repeat("x", 257)})},
		"no aud":                  {form: one(map[string]any{"aud": nil})},
		"another aud":             {form: one(map[string]any{"aud": "https://other.example.org"})},
		"another aud too":         {form: one(map[string]any{"aud": []string{w.server.URL, "https://other.example.org"}})},
		"the issuer and a slash":  {form: one(map[string]any{"aud": w.server.URL + "/"})},
		"no iss":                  {form: one(map[string]any{"iss": nil})},
		"no sub":                  {form: one(map[string]any{"sub": nil})},
		"another iss":             {form: one(map[string]any{"iss": "orders"})},
		"another client":          {form: append(one(nil), "client_id", "orders")},
		"odd claims":              {form: one(map[string]any{"exp": "tomorrow"})},
		"none":                    {form: asserted("eyJhbGciOiJub25lIn0." + body + ".")},
		"no JWT":                  {form: asserted("x")},
		"empty":                   {form: asserted("")},
		"huge":                    {form: asserted(good + strings.Repeat("x", 8<<10))},
		"another type":            {form: []string{"client_assertion_type", "saml", "client_assertion", good}},
		"no type":                 {form: []string{"client_assertion", good}},
		"with a secret":           {form: append(one(nil), "client_secret", "x"), status: 400, err: "invalid_request"},
		"with an empty secret":    {form: append(one(nil), "client_secret", ""), status: 400, err: "invalid_request"},
		"with a header":           {form: one(nil), auth: basic("app", "x"), status: 400, err: "invalid_request"},
		"unknown client":          {form: asserted(signedBy(t, jose.ES256, key, w.proof("unknown!")))},
		"not of its key":          {form: asserted(signedBy(t, jose.ES256, foreign, w.proof("app")))},
		"of a key of its name":    {form: asserted(signedBy(t, jose.ES256, jose.JSONWebKey{Key: foreign.Key, KeyID: key.KeyID}, w.proof("app")))},
		"another algorithm":       {form: asserted(signedBy(t, jose.RS256, appKey(t, jose.RS256), w.proof("app")))},
		"not the one it is for":   {form: asserted(signedBy(t, jose.ES256, key, w.proof("bound")))},
		"HMAC with a public key":  {form: asserted(signedBy(t, jose.HS256, keySetOf(t, key), w.proof("app")))},
		"a client with a secret":  {form: asserted(signedBy(t, jose.HS256, []byte(secret+secret), w.proof("orders")))},
		"a client without":        {form: asserted(signedBy(t, jose.ES256, key, w.proof("desktop")))},
		"its secret as the proof": {form: []string{"client_id", "app", "client_secret", "x"}},
	} {
		if c.status == 0 {
			c.status, c.err = 401, "invalid_client"
		}
		w.store.Counts()
		for _, path := range []string{"/oauth/introspect", "/oauth/revoke"} {
			if status, got := w.post(path, c.auth, append([]string{"token", tok}, c.form...)...); status != c.status || got["error"] != c.err {
				t.Errorf("%s at %s: %d %v, want %d %s", name, path, status, got, c.status, c.err)
			}
		}
		w.store.Expect(t, name, statetest.Counts{})
	}
	if n := strings.Count(w.audit.String(), "client"); n == 0 {
		t.Error("nothing is audited")
	}
	// None of that has spent the assertion that was copied.
	if status, got := w.post("/oauth/introspect", "", append([]string{"token", tok}, asserted(good)...)...); status != 200 {
		t.Errorf("a good assertion after all these: %d %v", status, got)
	}
}

func TestAnAssertionWorksOnceOnAllReplicas(t *testing.T) {
	t.Parallel()
	key := appKey(t, jose.EdDSA)
	w := newWorld(t, func(d *oidc.Deps) { d.Clients = append(d.Clients, keyClient("app", keySetOf(t, key))) })
	two := newWorld(t, func(d *oidc.Deps) {
		d.Clients, d.Store, d.Records = append(d.Clients, keyClient("app", keySetOf(t, key))), w.store, w.records
		d.Issuer = w.server.URL
	})
	tok := w.rp("orders").tokens(w.browser()).AccessToken
	for range 20 {
		form := append([]string{"token", tok}, asserted(signedBy(t, jose.EdDSA, key, w.proof("app")))...)
		var good, bad atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			at := w
			if i%2 == 1 {
				at = two
			}
			wg.Go(func() {
				switch status, got := at.post("/oauth/introspect", "", form...); {
				case status == 200 && got["active"] == true:
					good.Add(1)
				case status == 401 && got["error"] == "invalid_client":
					bad.Add(1)
				default:
					t.Errorf("%d %v", status, got)
				}
			})
		}
		wg.Wait()
		if good.Load() != 1 || bad.Load() != 15 {
			t.Fatalf("%d succeed, %d are refused", good.Load(), bad.Load())
		}
	}
	w.store.Before = func(verb string, _ state.Path) error {
		if verb == "change" || verb == "create" {
			return fault.Wrap(fault.Unavailable, errors.New("read only"))
		}
		return nil
	}
	if status, got := w.post("/oauth/introspect", "", append([]string{"token", tok}, asserted(signedBy(t, jose.EdDSA, key, w.proof("app")))...)...); status != 503 || got["error"] != "temporarily_unavailable" {
		t.Errorf("what cannot be marked as used is let through: %d %v", status, got)
	}
}

func TestKeysAtAnAddressMayBeRotated(t *testing.T) {
	t.Parallel()
	old, next := appKey(t, jose.ES256), appKey(t, jose.ES256)
	var mu sync.Mutex
	var asked int
	set := keySetOf(t, old)
	keys := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		_, _ = rw.Write(set)
	}))
	defer keys.Close()
	w := newWorld(t, func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{ID: "app", AuthMethod: "private_key_jwt", JWKSURI: keys.URL, RedirectURIs: []string{callback}, MayIntrospect: true})
	})
	tok := w.rp("orders").tokens(w.browser()).AccessToken
	try := func(k jose.JSONWebKey) int {
		status, _ := w.post("/oauth/introspect", "", append([]string{"token", tok}, asserted(signedBy(t, jose.ES256, k, w.proof("app")))...)...)
		return status
	}
	if first, second := try(old), try(old); first != 200 || second != 200 || asked != 1 {
		t.Errorf("fetched %d times", asked)
	}
	mu.Lock()
	set = keySetOf(t, old, next)
	mu.Unlock()
	if try(next) != 401 { // nobody may make us ask all the time
		t.Error("fetched again at once")
	}
	w.later(11 * time.Second)
	if try(next) != 200 || asked != 2 {
		t.Errorf("the next key, after %d fetches", asked)
	}
	if try(old) != 200 || asked != 2 {
		t.Errorf("the old key, after %d fetches", asked)
	}
	keys.Close()
	w.later(6 * time.Minute)
	if try(old) != 401 {
		t.Error("keys that cannot be fetched are trusted")
	}
}

func TestMistakesInTheKeysOfAClientAreTold(t *testing.T) {
	t.Parallel()
	key := appKey(t, jose.ES256)
	private, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]rp.Client{
		"needs public keys":             {AuthMethod: "private_key_jwt"},
		"Only one of":                   {JWKS: keySetOf(t, key), JWKSURI: "https://app.example.org/keys"},
		"private key":                   {JWKS: private},
		"no key for":                    {JWKS: []byte(`{"keys":[{"kty":"oct","k":"AAAA"},{"kty":"odd"}]}`)},
		"no JSON Web Key Set":           {JWKS: []byte(`[]`)},
		"no https address":              {JWKSURI: "http://app.example.org/keys"},
		"32 bytes":                      {AuthMethod: "client_secret_jwt", PlainSecret: "short"},
		"token_endpoint_auth_signing":   {AuthMethod: "private_key_jwt", JWKS: keySetOf(t, key), AuthAlg: "HS256"},
		"does not go with client_secre": {AuthMethod: "client_secret_jwt", PlainSecret: strings.Repeat("x", 32), AuthAlg: "ES256"},
	} {
		c.ID, c.RedirectURIs = "app", []string{callback}
		if err := errors.Join(c.Check()...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	good := keyClient("app", keySetOf(t, key))
	if wrong := good.Check(); len(wrong) > 0 {
		t.Error(wrong)
	}
}
