package registration

import (
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/remote"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// FuzzMetadata holds what anybody may send to: it never breaks us, and what becomes of it is within the bounds and has nothing that only an administrator gives.
func FuzzMetadata(f *testing.F) {
	ring := webtest.Keyring(f)
	o := New(Deps{
		Config: Config{Mode: Open}, Issuer: "https://id.example.org", Keyring: ring, Registry: rp.NewRegistry(&statetest.Memory{}, ring, nil, time.Now), Remote: remote.New(remote.Config{}),
		Log: slog.New(slog.DiscardHandler), Clock: time.Now,
	})
	for _, seed := range []string{
		``, `null`, `[]`, `{}`, `{"redirect_uris":["https://a.example.org/cb"]}`, `{"redirect_uris":["https://a.example.org/cb"],"scope":"openid groups","grant_types":["implicit","client_credentials"],"response_types":["id_token"]}`,
		`{"redirect_uris":["org.example.app:/cb"],"token_endpoint_auth_method":"none","trusted":true,"always_refresh":true,"self":{"at":1},"secret_sha256":["x"],"revision":9}`,
		`{"redirect_uris":["https://a.example.org/cb"],"jwks":{"keys":[{"kty":"oct"}]},"token_endpoint_auth_method":"private_key_jwt","default_max_age":1e3}`,
		`{"client_name":"\ud800","redirect_uris":[null],"software_statement":"e30.e30."}`, `{"Redirect_URIs":["https://a"],"redirect_uris":{"a":[[[[]]]]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		m, err := readMetadata([]byte(body))
		var client *rp.Client
		var secret string
		if err == nil {
			client, secret, err = o.settle(m, newID(), rp.Self{At: 1, Token: "x", Open: true}, nil)
		}
		if err != nil {
			var e *refusal
			if !errors.As(err, &e) || e.status != 400 || e.code == "" || client != nil {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		switch wrong := client.Check(); {
		case len(wrong) > 0:
			t.Errorf("%q: %v", body, wrong)
		case client.Trusted || client.MayIntrospect || client.AlwaysRefresh || client.ClaimsInIDToken || client.SubjectField != "" || client.Claims != nil || client.Logo != "" || client.Revision != 0:
			t.Errorf("%q has more than it may: %+v", body, client)
		case client.Scope == "" || slices.ContainsFunc(strings.Fields(client.Scope), func(s string) bool { return !o.may(s) }):
			t.Errorf("%q may ask for %q", body, client.Scope)
		case (secret != "") != client.HasSecret():
			t.Errorf("%q: a secret %q", body, secret)
		}
		said, err := o.answer(client, "token", secret)
		if err == nil {
			_, err = json.Marshal(said)
		}
		if err != nil || said["self"] != nil || said["secret_sha256"] != nil || said["secret_sealed"] != nil {
			t.Errorf("%q is told %v: %v", body, said, err)
		}
	})
}
