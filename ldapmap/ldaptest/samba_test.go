package ldaptest_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// inDomain runs ldapsearch against a domain controller over TLS.
func inDomain(t *testing.T, s *ldaptest.Server, dn, password string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ldapsearch", append([]string{"-x", "-LLL", "-o", "ldif-wrap=no", "-H", s.TLSURL, "-D", dn, "-w", password}, args...)...)
	cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+s.CAFile)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestADomainHasThePeopleOfTheSeed(t *testing.T) {
	t.Parallel()
	s, other := ldaptest.Samba(t, ldaptest.Options{}), ldaptest.Samba(t, ldaptest.Options{})
	if s.TLSURL == other.TLSURL {
		t.Fatalf("two domain controllers share %s", s.TLSURL)
	}
	out, err := inDomain(t, s, ldaptest.ServiceDN, ldaptest.ServicePassword, "-b", ldaptest.PeopleDN, "(sAMAccountName=ada)", "memberOf", "mail", "unicodePwd")
	if err != nil || !strings.Contains(out, "memberOf: CN=admins,OU=groups,DC=example,DC=org") || !strings.Contains(out, "mail: ada@example.org") || strings.Contains(out, "unicodePwd:") {
		t.Errorf("ada is not as the seed has her: %v\n%s", err, out)
	}
	for _, uid := range []string{"ada", "andre", "zoe", "grace", "jane", "jsmith", "lee"} {
		dn, password := s.Person(t, uid)
		if out, err := inDomain(t, s, dn, password, "-s", "base", "-b", dn, "sAMAccountName"); err != nil || !strings.Contains(out, "sAMAccountName: "+uid) {
			t.Errorf("%s as %s: %v\n%s", uid, dn, err, out)
		}
	}
	s.Stop(t)
	if out, err := inDomain(t, s, ldaptest.ServiceDN, ldaptest.ServicePassword, "-s", "base", "-b", ldaptest.PeopleDN, "dn"); err == nil {
		t.Errorf("the server that was stopped answers: %s", out)
	}
	s.Start(t)
	if out, err := inDomain(t, s, ldaptest.ServiceDN, ldaptest.ServicePassword, "-b", ldaptest.PeopleDN, "(sAMAccountName=zoe)", "dn"); err != nil || !strings.HasPrefix(out, "dn:: ") {
		t.Errorf("zoe is gone: %v\n%s", err, out)
	}
}
