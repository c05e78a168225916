package config_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/config"
)

// keysOf gives the keys of all problems of a file, in the order of the file.
func keysOf(t *testing.T, text string) []string {
	t.Helper()
	_, err := parse(t, text)
	var bad *config.Error
	if !errors.As(err, &bad) {
		t.Fatalf("the file was taken: %v", err)
	}
	var keys []string
	for _, p := range bad.Problems {
		keys = append(keys, p.Key)
	}
	return keys
}

func TestMisspeltKeysDoNotHideWrongValues(t *testing.T) {
	t.Parallel()
	got := keysOf(t, `public_url: http://id.example.org
secret: short
directory:
  urls: [ldapx://one.example.org, ldaps://two.example.org]
  bind_dn: cn=wicketgate,dc=example,dc=org
  bind_pasword: x
  users: {base: "ou=people,dc=example,dc=org", filter: "(uid=", attributes: {emails: {attribute: mail, widgett: x}}}
  preset: openldap
  timeout: forever
state: {base: 12}
mail: {host: smtp.example.org, tls: maybe, port: 99999, from: a@example.org}
brnd: {name: x}
`)
	want := []string{"public_url", "secret", "directory.urls[0]", "directory.bind_pasword", "directory.users.attributes.emails.widgett",
		"directory.users.filter", "directory.timeout", "state.base", "mail.port", "mail.tls", "brnd"}
	if !slices.Equal(got, want) {
		t.Errorf("the problems are of\n%q, want\n%q", got, want)
	}
}

func TestOneMistakeIsToldOnce(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"directroy: {urls: [ldaps://x.example.org]}": "directroy",
		"directory: 5": "directory",
		"directory: {users: [], urls: [ldaps://x.example.org], bind_dn: cn=x, bind_password: x}": "directory.users",
	} {
		got := keysOf(t, "public_url: https://id.example.org\nsecret: ${WICKETGATE_SECRET}\nstate: {base: \"ou=w,dc=x\"}\n"+
			"mail: {host: x.example.org, from: a@x.org}\nadmin_group: admins\n"+text+"\n")
		if !slices.Equal(got, []string{want}) {
			t.Errorf("%s: the problems are of %q, want %q alone", text, got, want)
		}
	}
	if got := keysOf(t, minimal+"tls: {crt: a.pem, key: b.pem}\n"); !slices.Equal(got, []string{"tls.crt", "tls.key"}) {
		t.Errorf("a misspelt certificate: the problems are of %q", got)
	}
	if got := keysOf(t, "public_url: https://id.example.org\nsecret: ${NOWHERE}\ndirectory: {urls: [ldaps://x.example.org], users: {base: \"dc=x\"}}\n"+
		"state: {base: \"ou=w,dc=x\"}\nmail: {host: x.example.org, from: a@x.org}\n"); !slices.Equal(got, []string{"secret"}) {
		t.Errorf("an environment variable that is not set: the problems are of %q", got)
	}
}
