package check_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/check"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

func TestAPresetForAnotherDirectoryIsNoticed(t *testing.T) {
	t.Parallel()
	for vendor, c := range map[string]struct{ preset, want string }{
		"389 Project": {"openldap", "the preset 389ds was made for it"},
		"LLDAP":       {"openldap", "the preset lldap was made for it"},
		"Samba Team":  {"openldap", "the preset samba was made for it"},
		"Anybody":     {"openldap", ""},
	} {
		s, _ := ldaptest.MemdirWith(t, ldaptest.Options{}, func(o *memdir.Options) { o.VendorName = vendor })
		out, _ := run(t, strings.Replace(file(s, nil, ""), "preset: openldap", "preset: "+c.preset, 1))
		if c.want != "" {
			expect(t, out, c.want)
		} else if strings.Contains(out, "was made for it") {
			t.Errorf("%s: a preset is recommended:\n%s", vendor, out)
		}
	}
}

func TestGroupsThatHoldNamesHaveAdministratorsToo(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{More: "dn: cn=chiefs,ou=groups,dc=example,dc=org\nobjectClass: posixGroup\ncn: chiefs\ngidNumber: 5000\nmemberUid: grace\nmemberUid: nobody\n"})
	text := strings.Replace(file(s, nil, "admin_group: chiefs\n"), "preset: openldap", "preset: rfc2307", 1)
	text = strings.Replace(text, "users: {", "users: {filter: (objectClass=inetOrgPerson), object_classes: inetOrgPerson, ", 1)
	out, _ := run(t, text)
	expect(t, out, "ok    Grace Hopper (cn=Grace Hopper,ou=staff,ou=people,dc=example,dc=org)")
}

func TestARefusedTestMailIsShown(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	post := mailtest.Start(t)
	to := func(o *check.Options) { o.MailTo = "me@example.org" }
	post.Fail(inbox.To, inbox.Fault{Code: 550, Text: "relaying denied"}, -1)
	out, status := run(t, file(s, post, admins), to)
	expect(t, out, "relaying denied", "- mails are sent: mail does not go out")
	if status != check.Partly {
		t.Errorf("status is %d", status)
	}
}

func TestApplicationsAndWarningsOfTheFileAreListed(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	out, _ := run(t, file(s, nil, "clients: [{id: wiki, redirect_uris: ['https://wiki.example.org/cb']}]\n"))
	expect(t, out, "application wiki: https://wiki.example.org/cb", "note  wicketgate.yaml: mail: wanted a mail server", "- mails are sent: no mail server is configured")
}

func TestAPIsAreListedWithWhatIsLooseAndWhoIsMissing(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	out, _ := run(t, file(s, nil, "resources: [{uri: 'https://stock.example.org', name: Stock, clients: [wiki, shop], introspected_by: [stock], access_token_format: jwt}, {uri: 'urn:open', clients: '*'}]\n"+
		"clients: [{id: wiki, redirect_uris: ['https://wiki.example.org/cb']}]\n"))
	expect(t, out, "API Stock: https://stock.example.org", "the API https://stock.example.org is loosened: access_token_format", "the API urn:open is loosened: clients",
		"the API https://stock.example.org names the application shop, which is not registered", "names the application stock, which is not registered")
}
