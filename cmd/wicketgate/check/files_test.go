package check_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/check"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// Whatever keeps the gateway from starting is found by the check, though the directory is well.
func TestAThemeOrCertificateThatCannotBeUsedIsTold(t *testing.T) {
	t.Parallel()
	s, post, folder := ldaptest.Memdir(t, ldaptest.Options{}), mailtest.Start(t), t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct{ more, line, why string }{
		"a file without effect": {
			fmt.Sprintf("brand: {theme: %q}\n", filepath.Dir(write("one/logoo.svg", "<svg/>"))), "logoo.svg: ", "the theme cannot be used",
		},
		"a broken template": {
			fmt.Sprintf("brand: {theme: %q}\n", filepath.Dir(filepath.Dir(filepath.Dir(write("two/html/errors/error.html", "{{.Nope"))))), "unclosed action", "the theme cannot be used",
		},
		"no certificate": {
			fmt.Sprintf("tls: {cert: %q, key: %q}\n", write("cert.pem", "x"), write("key.pem", "x")), "the certificate (tls.cert, tls.key)", "the certificate cannot be used",
		},
	} {
		out, status := run(t, file(s, post, admins+c.more))
		expect(t, out, "NO    ", c.line, "- people sign in: it does not start: "+c.why)
		if status != check.Broken {
			t.Errorf("%s: the status is %d", name, status)
		}
	}
	good := filepath.Dir(write("good/style.css", "body{}"))
	out, status := run(t, file(s, post, admins+fmt.Sprintf("brand: {theme: %q}\n", good)))
	expect(t, out, "ok    the theme in "+good)
	if status != check.Fine {
		t.Errorf("with a good theme the status is %d:\n%s", status, out)
	}
}
