package memdir_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// tools runs the programs of ldap-utils against a server.
type tools struct {
	t   *testing.T
	url string
}

func newTools(t *testing.T, s *memdir.Server) tools {
	for _, name := range strings.Fields("ldapsearch ldapadd ldapmodify ldapdelete ldapmodrdn ldappasswd ldapcompare ldapwhoami ldapexop") {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("%s is missing: install ldap-utils", name)
			}
			t.Skipf("SKIPPED, NOT PROVEN: %s is missing, install ldap-utils", name)
		}
	}
	return tools{t, s.URL()}
}

// run returns exit status and everything the program printed.
func (c tools) run(stdin string, name string, args ...string) (int, string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, append([]string{"-x", "-H", c.url}, args...)...)
	cmd.Env = append(os.Environ(), "LDAPNOINIT=1")
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		c.t.Fatalf("%s %v hangs: %s", name, args, out)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), string(out)
	} else if err != nil {
		c.t.Fatal(err)
	}
	return 0, string(out)
}

// as runs with the root DN's credentials; want is the exit status, and text what has to be printed.
func (c tools) as(want int, text, stdin, name string, args ...string) {
	c.t.Helper()
	got, out := c.run(stdin, name, append([]string{"-D", admin, "-w", "admin-secret"}, args...)...)
	if got != want || !strings.Contains(out, text) {
		c.t.Errorf("%s %v: status %d, want %d with %q:\n%s", name, args, got, want, text, out)
	}
}

func TestLDAPUtilsWork(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *memdir.Options) { o.Policy = &memdir.PasswordPolicy{MinLength: 8, MustChange: true} })
	c := newTools(t, s)
	c.as(0, "uid: ann", "", "ldapsearch", "-LLL", "-b", people, "(cn=ann*)")
	c.as(0, "supportedLDAPVersion: 3", "", "ldapsearch", "-LLL", "-b", "", "-s", "base", "+")
	c.as(0, "NAME 'inetOrgPerson'", "", "ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", "cn=Subschema", "-s", "base", "+")
	c.as(0, "# numEntries: 7", "", "ldapsearch", "-E", "pr=2/noprompt", "-b", suffix)
	c.as(12, "Critical extension", "", "ldapsearch", "-e", "!1.2.3.4", "-b", suffix)
	c.as(4, "Size limit", "", "ldapsearch", "-z", "2", "-b", suffix)
	c.as(0, "adding new entry", "dn: uid=cyd,"+people+"\nobjectClass: inetOrgPerson\ncn: Cyd Ünal\nsn: Ünal\njpegPhoto:: /9j/2Q==\n", "ldapadd")
	c.as(68, "Already exists", "dn: uid=cyd,"+people+"\nobjectClass: inetOrgPerson\ncn: Cyd\nsn: C\n", "ldapadd")
	c.as(0, "modifying entry", "dn: uid=cyd,"+people+"\nchangetype: modify\nadd: mail\nmail: cyd@example.org\n-\nreplace: sn\nsn: Other\n", "ldapmodify")
	c.as(16, "No such attribute", "dn: uid=cyd,"+people+"\nchangetype: modify\ndelete: mail\nmail: x@example.org\n", "ldapmodify")
	c.as(6, "TRUE", "", "ldapcompare", "uid=cyd,"+people, "sn:OTHER")
	c.as(5, "FALSE", "", "ldapcompare", "uid=cyd,"+people, "sn:nothing")
	c.as(0, "", "", "ldapmodrdn", "-r", "uid=cyd,"+people, "uid=sid")
	c.as(0, "", "", "ldapmodrdn", "-r", "-s", groups, "uid=sid,"+people, "cn=Sid")
	c.as(0, "cn: Sid", "", "ldapsearch", "-LLL", "-b", groups, "(sn=other)")
	c.as(0, "New password: ", "", "ldappasswd", "cn=Sid,"+groups)
	c.as(0, "", "", "ldappasswd", "-s", "a-new-secret", "cn=Sid,"+groups)
	if got, out := c.run("", "ldapwhoami", "-D", "cn=Sid,"+groups, "-w", "a-new-secret", "-e", "ppolicy"); got != 0 ||
		!strings.Contains(out, "dn:cn=Sid,"+groups) || !strings.Contains(out, "Password must be changed") {
		t.Errorf("sign-in after a reset: %d %s", got, out)
	}
	if got, out := c.run("", "ldappasswd", "-D", "cn=Sid,"+groups, "-w", "a-new-secret", "-e", "ppolicy", "-a", "a-new-secret", "-s", "short"); got != 1 ||
		!strings.Contains(out, "Password is too short for policy") {
		t.Errorf("a short password: %d %s", got, out)
	}
	c.as(66, "Operation not allowed on non-leaf", "", "ldapdelete", people)
	c.as(0, "", "", "ldapdelete", "cn=Sid,"+groups)
	c.as(0, "", "", "ldapdelete", "-r", groups)
	c.as(1, "unsupported extended operation", "", "ldapexop", "1.2.3.4")
	if s.Len() != 4 {
		t.Errorf("%d entries are left, want 4", s.Len())
	}
}

func TestLDAPUtilsRefuseAWrongCertificateAndAcceptTheRightOne(t *testing.T) {
	t.Parallel()
	ca, config := certificate(t)
	s := start(t, func(o *memdir.Options) { o.TLS, o.TLSAddr = config, "127.0.0.1:0" })
	c := newTools(t, s)
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, out := c.run("", "ldapwhoami", "-ZZ"); got == 0 {
		t.Errorf("StartTLS with an unknown authority went well: %s", out)
	}
	if got, out := c.run("", "ldapwhoami", "-ZZ", "-o", "tls_cacert="+file, "-D", ann, "-w", "ann-secret"); got != 0 {
		t.Errorf("StartTLS: %d %s", got, out)
	}
	c.url = s.TLSURL()
	if got, out := c.run("", "ldapwhoami", "-o", "tls_cacert="+file, "-D", ann, "-w", "ann-secret"); got != 0 {
		t.Errorf("LDAPS: %d %s", got, out)
	}
}
