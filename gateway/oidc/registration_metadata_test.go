package oidc_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/oidc/registration"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
)

func TestWhatCannotBeRegisteredIsRefusedByTheBook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open), atIssuer("https://id.example.org"))
	key := appKey(t, jose.ES256)
	statement := signedBy(t, jose.ES256, key, map[string]any{"iss": "https://apps.example.org", "software_id": "x"})
	w.store.Counts()
	for said, want := range map[string]string{
		`{}`:                   "invalid_redirect_uri: At least one",
		`{"redirect_uris":[]}`: "invalid_redirect_uri: At least one",
		`{"redirect_uris":"https://a.example.org/cb"}`:     "invalid_redirect_uri: This is no list",
		`{"redirect_uris":["https://a.example.org/cb#x"]}`: "invalid_redirect_uri: fragments",
		`{"redirect_uris":["https://*.example.org/cb"]}`:   "invalid_redirect_uri: wildcards",
		`{"redirect_uris":["http://a.example.org/cb"]}`:    "invalid_redirect_uri: http is only",
		`{"redirect_uris":["javascript:alert(1)"]}`:        "invalid_redirect_uri: neither an https address",
		`{"redirect_uris":["custom:/cb"]}`:                 "invalid_redirect_uri: neither an https address",
		`{"redirect_uris":[1]}`:                            "invalid_redirect_uri: This is no list",
		`+"application_type":"web"`:                        "",
		`+"application_type":"toaster"`:                    "invalid_client_metadata: application_type",
		`+"client_name":7`:                                 "invalid_client_metadata: client_name: This is no text",
		`+"client_name":"Bank\u202eknaB"`:                  "invalid_client_metadata: cannot be seen",
		`+"client_uri":"ftp://x"`:                          "invalid_client_metadata: client_uri",
		`+"policy_uri":"javascript:alert(1)"`:              "invalid_client_metadata: policy_uri",
		`+"tos_uri":"/terms"`:                              "invalid_client_metadata: tos_uri",
		`+"contacts":["nobody"]`:                           "invalid_client_metadata: contacts",
		`+"contacts":"ada@example.org"`:                    "invalid_client_metadata: contacts",
		`+"token_endpoint_auth_method":"tls_client_auth"`:  "invalid_client_metadata: tls_client_auth is not one of",
		`+"token_endpoint_auth_method":"private_key_jwt"`:  "invalid_client_metadata: needs public keys",
		`+"token_endpoint_auth_signing_alg":"HS256","token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://a.example.org/k"`: "invalid_client_metadata: HS256 does not go",
		`+"jwks_uri":"http://a.example.org/keys"`:                "invalid_client_metadata: jwks_uri",
		`+"jwks_uri":"https://127.0.0.1/keys"`:                   "invalid_client_metadata: not one that is fetched",
		`+"jwks_uri":"https://169.254.169.254/keys"`:             "invalid_client_metadata: not one that is fetched",
		`+"jwks":{"keys":[]}`:                                    "invalid_client_metadata: no key for",
		`+"jwks":{"keys":[` + strings.Repeat("{},", 30) + `{}]}`: "invalid_client_metadata: These are 31; at most 30",
		`+"jwks":[]`: "invalid_client_metadata: no JSON Web Key Set",
		`+"jwks":{"keys":[]},"jwks_uri":"https://a.example.org/k"`:                 "invalid_client_metadata: Only one of",
		`+"grant_types":["client_credentials"]`:                                    "invalid_client_metadata: grant_types: None of these",
		`+"grant_types":["refresh_token"],"response_types":["code"]`:               "invalid_client_metadata: code needs the grant type authorization_code",
		`+"grant_types":["implicit"]`:                                              "invalid_client_metadata: code needs the grant type authorization_code",
		`+"response_types":["none"]`:                                               "invalid_client_metadata: response_types: None of these",
		`+"response_types":["code id_token"],"grant_types":["authorization_code"]`: "invalid_client_metadata: needs the grant type implicit",
		`+"scope":"groups admin"`:                                                  "invalid_client_metadata: scope: None of these",
		`+"id_token_signed_response_alg":"HS256"`:                                  "invalid_client_metadata: HS256 is not one of",
		`+"id_token_signed_response_alg":"none"`:                                   "invalid_client_metadata: none is not one of",
		`+"id_token_encrypted_response_alg":"RSA-OAEP"`:                            "invalid_client_metadata: Nothing is encrypted",
		`+"userinfo_encrypted_response_enc":"A128GCM"`:                             "invalid_client_metadata: Nothing is encrypted",
		`+"dpop_bound_access_tokens":true`:                                         "invalid_client_metadata: not supported",
		`+"dpop_bound_access_tokens":false`:                                        "",
		`+"request_object_signing_alg":"PS256"`:                                    "invalid_client_metadata: PS256 is not one of",
		`+"request_uris":["http://a.example.org/r"]`:                               "invalid_client_metadata: request_uris",
		`+"request_uris":["https://10.1.2.3/r"]`:                                   "invalid_client_metadata: not one that is fetched",
		`+"default_max_age":-1`:                                                    "invalid_client_metadata: default_max_age",
		`+"default_max_age":"60"`:                                                  "invalid_client_metadata: default_max_age: This is no whole number",
		`+"initiate_login_uri":"http://a.example.org/login"`:                       "invalid_client_metadata: initiate_login_uri",
		`+"sector_identifier_uri":"http://a.example.org/s"`:                        "invalid_client_metadata: sector_identifier_uri",
		`+"subject_type":"both"`:                                                   "invalid_client_metadata: subject_type",
		`+"backchannel_logout_uri":"https://[::1]/bye"`:                            "invalid_client_metadata: not one that is fetched",
		`+"frontchannel_logout_uri":"https://b.example.org/x"`:                     "invalid_client_metadata: frontchannel_logout_uri",
		`+"post_logout_redirect_uris":["http://a.example.org"]`:                    "invalid_client_metadata: post_logout_redirect_uris",
		`+"require_pushed_authorization_requests":"yes"`:                           "invalid_client_metadata: neither true nor false",
		`+"software_statement":"x"`:                                                "invalid_software_statement: not a JWT",
		`+"software_statement":{}`:                                                 "invalid_software_statement: not a JWT",
		`+"software_statement":"` + statement + `"`:                                "unapproved_software_statement: No software statements",
		`+"software_id":"` + strings.Repeat("x", 101) + `"`:                        "invalid_client_metadata: software_id",
		`[]`:                               "invalid_client_metadata: no JSON object",
		`null`:                             "invalid_client_metadata: no JSON object",
		`{"a":`:                            "invalid_client_metadata: no JSON object",
		`{"client_name":"` + "\xff" + `"}`: "invalid_client_metadata: no JSON object",
	} {
		if more, ok := strings.CutPrefix(said, "+"); ok {
			said = `{"redirect_uris":["https://a.example.org/cb"],` + more + `}`
		}
		code, words, _ := strings.Cut(want, ": ")
		resp := w.sendAs("application/json", "POST", pathRegister, "", said)
		cache := resp.Header.Get("Cache-Control")
		status, got := w.answer(resp)
		if want == "" {
			if status != http.StatusCreated {
				t.Errorf("%s: %d %v", said, status, got)
			}
			continue
		}
		if status != http.StatusBadRequest || got["error"] != code || !strings.Contains(fmt.Sprint(got["error_description"]), words) || cache != "no-store" {
			t.Errorf("%s: %d %v", said, status, got)
		}
	}
	if c := w.store.Counts(); c.Create != 2 || c.Get+c.Change+c.Delete != 0 || c.List != 1 {
		t.Errorf("two good ones among them cost %+v", c)
	}
}

func TestABodyThatIsTooLargeOrOfAnotherKindIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	good := `{"redirect_uris":["https://a.example.org/cb"],"x":"`
	fits := good + strings.Repeat("x", 64<<10-len(good)-2) + `"}`
	for _, c := range []struct {
		kind, body string
		want       int
	}{
		{"application/json", fits, 201}, {"application/json; charset=utf-8", fits, 201}, {"application/json", fits + " ", 413}, {"application/x-www-form-urlencoded", fits, 400}, {"text/plain", fits, 400}, {"", fits, 400},
	} {
		w.store.Counts()
		if status, got := w.answer(w.sendAs(c.kind, "POST", pathRegister, "", c.body)); status != c.want {
			t.Errorf("%s of %d bytes: %d %v", c.kind, len(c.body), status, got)
		}
		if c.want != 201 {
			w.store.Expect(t, c.kind, statetest.Counts{})
		}
	}
	// What fits into the body need not fit into a record, which is said so.
	set := string(keySetOf(t, appKey(t, jose.ES256)))
	said := `{"redirect_uris":["https://a.example.org/cb"],"jwks":{"x":"` + strings.Repeat("x", 61<<10) + `",` + set[1:] + `}`
	if status, got := w.tell("POST", pathRegister, "", said); status != 400 || got["error"] != "invalid_client_metadata" || !strings.Contains(fmt.Sprint(got["error_description"]), "can be kept") {
		t.Errorf("%d bytes: %d %.200v", len(said), status, got)
	}
}

func TestWhatSuchAnApplicationCannotHaveIsLeftOutAndTheAnswerSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, registering(registration.Open))
	for _, c := range []struct {
		said map[string]any
		name string
		want string
	}{
		{map[string]any{"scope": "openid groups email openid"}, "scope", "openid email"},
		{map[string]any{"grant_types": []string{"authorization_code", "client_credentials", "refresh_token", "password"}}, "grant_types", "[authorization_code refresh_token]"},
		{map[string]any{"response_types": []string{"code", "none"}}, "response_types", "[code]"},
		{map[string]any{"response_types": []string{"code", "id_token"}}, "grant_types", "[authorization_code implicit]"},
		{map[string]any{"redirect_uris": []string{"http://127.0.0.1/cb"}}, "application_type", "native"},
		{map[string]any{"redirect_uris": []string{"org.example.app:/cb", callback}}, "application_type", "native"},
		{map[string]any{"token_endpoint_auth_method": "none"}, "client_secret", "<nil>"},
		{map[string]any{"token_endpoint_auth_method": "none"}, "client_secret_expires_at", "<nil>"},
		{map[string]any{"default_max_age": 0}, "default_max_age", "0"},
		{map[string]any{"software_id": "4NRB1", "software_version": "2.1"}, "software_version", "2.1"},
		{map[string]any{"initiate_login_uri": "https://a.example.org/login"}, "initiate_login_uri", "https://a.example.org/login"},
	} {
		if got := w.registered(c.said); fmt.Sprint(got[c.name]) != c.want {
			t.Errorf("%v: %s is %v", c.said, c.name, got[c.name])
		}
	}
}
