package main

import (
	"os"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wicketgate": main})
}

// TestScripts runs the program as a person would; the scripts are in testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	ldap := ldaptest.Memdir(t, ldaptest.Options{})
	post := mailtest.Start(t, mailtest.Plain())
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(e *testscript.Env) error {
			e.Setenv("LDAP_URL", ldap.URL)
			e.Setenv("LDAP_PASSWORD", ldaptest.ServicePassword)
			e.Setenv("SMTP_PORT", strconv.Itoa(post.Port()))
			e.Setenv("SECRET", "0123456789abcdef0123456789abcdef")
			return nil
		},
	})
}
