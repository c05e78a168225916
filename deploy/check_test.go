package deploy_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/check"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// TestTheCheckIsContentWithTheSampleConfigurationAndRights follows an administrator: the configuration of the samples, before a directory whose
// service account has the rights of the samples, but with addresses and secrets of the test.
func TestTheCheckIsContentWithTheSampleConfigurationAndRights(t *testing.T) {
	t.Parallel()
	s := stock(t, ldaptest.Options{})
	ldif(t, s, "ldapmodify", "cn=config", configPassword, sample(t, "acl/openldap.ldif"))
	post := mailtest.Start(t, mailtest.Plain())
	text := string(sample(t, "wicketgate.yaml"))
	for was, is := range map[string]string{
		"ldaps://ldap.example.org":              s.URL,
		"bind_password_file: /run/secrets/ldap": "bind_password: " + ldaptest.ServicePassword,
		"secret_file: /run/secrets/wicketgate":  "secret: a-secret-of-the-tests-that-is-long-enough",
		"host: smtp.example.org":                "host: 127.0.0.1, tls: none, port: " + strconv.Itoa(post.Port()),
	} {
		if !strings.Contains(text, was) {
			t.Fatalf("wicketgate.yaml has no %q any more", was)
		}
		text = strings.Replace(text, was, is, 1)
	}
	cfg, err := config.Parse("wicketgate.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	status := check.Run(t.Context(), cfg, check.Options{Out: &out, Login: "ada", Clock: time.Now})
	_, summary, _ := strings.Cut(out.String(), "What will work")
	for _, want := range []string{
		"+ people sign in\n", "+ applications sign people in", "+ people change their profile\n", "+ mails are sent\n", "+ people reset a forgotten password\n",
		"+ somebody sees the pages for administrators\n",
	} {
		if !strings.Contains(summary, want) {
			t.Errorf("the check does not say %q (status %d):\n%s", want, status, out.String())
		}
	}
}
