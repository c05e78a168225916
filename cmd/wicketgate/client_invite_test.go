package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAnInvitationIsWithdrawnByTheTokenItself(t *testing.T) {
	t.Parallel()
	ldap := ldaptest.Memdir(t, ldaptest.Options{})
	file := filepath.Join(t.TempDir(), "wicketgate.yaml")
	text := `public_url: https://id.example.org
secret: 0123456789abcdef0123456789abcdef
directory:
  urls: ["` + ldap.URL + `"]
  bind_dn: cn=wicketgate,ou=services,dc=example,dc=org
  bind_password: "` + ldaptest.ServicePassword + `"
  preset: openldap
  users: {base: "ou=people,dc=example,dc=org"}
state: {base: "ou=wicketgate,dc=example,dc=org"}
registration: {mode: token}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	wicketgate := func(in string, args ...string) (int, map[string]any) {
		var out, problems bytes.Buffer
		status := run(t.Context(), append(args, "--config", file, "--json"), stdio{in: strings.NewReader(in), out: &out, err: &problems, getenv: os.LookupEnv})
		var said map[string]any
		if out.Len() > 0 {
			if err := json.Unmarshal(out.Bytes(), &said); err != nil {
				t.Errorf("%v: %s", args, out.String())
			}
		}
		if status == 0 && problems.Len() > 0 {
			t.Errorf("%v complains: %s", args, problems.String())
		}
		return status, said
	}
	status, made := wicketgate("", "client", "invite", "--uses", "2")
	token, _ := made["token"].(string)
	if status != 0 || token == "" || made["uses"] != 2.0 || made["registration_endpoint"] != "https://id.example.org/oauth/register" {
		t.Fatalf("%d %v", status, made)
	}
	for range 2 { // the second time it is ended already, which is as good
		if status, said := wicketgate(" "+token+"\n", "client", "uninvite"); status != 0 || said["id"] != made["id"] {
			t.Errorf("%d %v", status, said)
		}
	}
	if status, _ := wicketgate(token[:20], "client", "uninvite"); status != exitFailed {
		t.Errorf("half a token: %d", status)
	}
}
