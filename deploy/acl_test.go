package deploy_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const configPassword = "config-password"

// stock is a slapd with the access rules that Debian's package has, and with its configuration as a database that can be changed while it runs.
func stock(t *testing.T, o ldaptest.Options) *ldaptest.Server {
	t.Helper()
	s := ldaptest.Slapd(t, o)
	file := filepath.Join(filepath.Dir(s.CAFile), "slapd.conf")
	conf, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, database, ok := strings.Cut(string(conf), "\ndatabase mdb\n")
	if !ok {
		t.Fatalf("the test server's configuration has no database:\n%s", conf)
	}
	var kept []string
	for line := range strings.SplitSeq(database, "\n") {
		if !strings.HasPrefix(line, "access to ") {
			kept = append(kept, line)
		}
	}
	body, overlays, _ := strings.Cut(strings.Join(kept, "\n"), "\noverlay ")
	text := before + "\ndatabase config\nrootdn cn=config\nrootpw " + configPassword + "\ndatabase mdb\n" + body + `
access to attrs=userPassword by self write by anonymous auth by * none
access to attrs=shadowLastChange by self write by * read
access to * by * read

overlay ` + overlays
	s.Stop(t)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Start(t)
	return s
}

// ldif loads a file as an administrator of the directory does.
func ldif(t *testing.T, s *ldaptest.Server, program, dn, password string, text []byte) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, "-x", "-H", s.URL, "-D", dn, "-w", password)
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func sample(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestWithTheRightsOfTheSampleEverythingWorks signs in, changes a profile, resets a password and accepts an invitation, with no more rights than
// acl/openldap.ldif gives.
func TestWithTheRightsOfTheSampleEverythingWorks(t *testing.T) {
	t.Parallel()
	s := stock(t, ldaptest.Options{})
	ldif(t, s, "ldapmodify", "cn=config", configPassword, sample(t, "acl/openldap.ldif"))
	g := housetest.Start(t, housetest.Options{Directory: s})

	ada := g.SignIn(t, "ada")
	if page := ada.Get("/profile").Submit("main form", "locality", "London", "mobile", "+44 7700 900009"); page.Status != 200 || page.Has("[role=alert]") {
		t.Errorf("changing a profile: status %d, %s", page.Status, page.Text("main"))
	}
	if page := ada.Get("/profile"); !page.Has(`[value="London"]`) {
		t.Errorf("the changed profile does not say so: %s", page.Text("main"))
	}

	g.Browser(t).Get("/password/forgot").Submit("main form", "login", "andre")
	link := g.Mail(t, "andre@example.org").Link("/password/reset")
	if page := g.Browser(t).Get(link).Submit("main form", "new", "seven green umbrellas"); page.Status != 200 {
		t.Fatalf("resetting a password: status %d, %s", page.Status, page.Text("main"))
	}
	g.SignInWith(t, "andre", "seven green umbrellas")

	page := ada.Get("/invite").Submit("main form", "given_name", "Nina", "username", "nina", "emails", "nina@example.org", "in_groups", "staff")
	if page.Status != 200 {
		t.Fatalf("inviting: status %d, %s", page.Status, page.Text("main"))
	}
	link = g.Mail(t, "nina@example.org").Link("/join")
	if page := g.Browser(t).Get(link).Submit("main form", "family_name", "Simone", "password", "eight red parasols"); page.Status != 200 {
		t.Fatalf("accepting an invitation: status %d, %s", page.Status, page.Text("main"))
	}
	nina := g.SignInWith(t, "nina", "eight red parasols")
	if page := nina.Get("/invite"); page.Status != 200 { // the staff may, so she is in the group
		t.Errorf("nina did not join the group she was invited to: status %d", page.Status)
	}
}

// TestTheSampleGivesNoMoreThanItSays tries what the service account must not do.
func TestTheSampleGivesNoMoreThanItSays(t *testing.T) {
	t.Parallel()
	s := stock(t, ldaptest.Options{})
	ldif(t, s, "ldapmodify", "cn=config", configPassword, sample(t, "acl/openldap.ldif"))
	ada, password := ldaptest.Person(t, "ada")
	for what, try := range map[string][]string{
		"changes employeeNumber, which nobody listed": {"ldapmodify", ldaptest.ServiceDN, ldaptest.ServicePassword,
			"dn: " + ada + "\nchangetype: modify\nreplace: employeeNumber\nemployeeNumber: 1\n"},
		"renames a group": {"ldapmodify", ldaptest.ServiceDN, ldaptest.ServicePassword,
			"dn: cn=staff," + ldaptest.GroupsDN + "\nchangetype: modrdn\nnewrdn: cn=crew\ndeleteoldrdn: 1\n"},
		"writes outside of people, groups and records": {"ldapmodify", ldaptest.ServiceDN, ldaptest.ServicePassword,
			"dn: ou=services," + ldaptest.BaseDN + "\nchangetype: modify\nreplace: description\ndescription: x\n"},
		"a person writes among the records": {"ldapmodify", ada, password,
			"dn: " + ldaptest.StateBase + "\nchangetype: modify\nreplace: description\ndescription: x\n"},
	} {
		cmd := exec.CommandContext(t.Context(), try[0], "-x", "-H", s.URL, "-D", try[1], "-w", try[2])
		cmd.Stdin = strings.NewReader(try[3])
		out, err := cmd.CombinedOutput()
		if err == nil || !bytes.Contains(out, []byte("Insufficient access (50)")) && !bytes.Contains(out, []byte("No such object (32)")) {
			t.Errorf("%s: %v\n%s", what, err, out)
		}
	}
	read := func(dn, pass, base string, attr string) string {
		out, _ := exec.CommandContext(t.Context(), "ldapsearch", "-x", "-LLL", "-H", s.URL, "-D", dn, "-w", pass, "-s", "base", "-b", base, attr).CombinedOutput()
		return string(out)
	}
	if out := read(ldaptest.ServiceDN, ldaptest.ServicePassword, ada, "userPassword"); strings.Contains(out, "userPassword:") {
		t.Errorf("the service account reads passwords: %s", out)
	}
	if out := read(ada, password, ldaptest.StateBase, "objectClass"); strings.Contains(out, "objectClass") {
		t.Errorf("a person reads the records: %s", out)
	}
}

// TestTheTwoEntriesCanBeAdded loads acl/entries.ldif into a directory that has nothing but its suffix.
func TestTheTwoEntriesCanBeAdded(t *testing.T) {
	t.Parallel()
	s := stock(t, ldaptest.Options{LDIF: "dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\ndc: example\no: Example", NoPolicy: true})
	ldif(t, s, "ldapadd", ldaptest.AdminDN, ldaptest.AdminPassword, sample(t, "acl/entries.ldif"))
	out, err := exec.CommandContext(t.Context(), "ldapwhoami", "-x", "-H", s.URL, "-D", ldaptest.ServiceDN, "-w", "change-me").CombinedOutput()
	if err != nil {
		t.Errorf("the service account cannot sign in: %v %s", err, out)
	}
}
