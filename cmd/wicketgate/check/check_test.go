package check_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/cmd/wicketgate/check"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/mail/mailtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// file is a configuration for a directory of ldaptest; more is added to it.
func file(s *ldaptest.Server, post *mailtest.Server, more string) string {
	text := fmt.Sprintf(`public_url: https://id.example.org
secret: 0123456789abcdef0123456789abcdef
directory:
  urls: [%q]
  bind_dn: %s
  bind_password: %s
  preset: openldap
  users: {base: %q}
  groups: {base: %q}
state: {base: %q}
`, s.URL, ldaptest.ServiceDN, ldaptest.ServicePassword, ldaptest.PeopleDN, ldaptest.GroupsDN, ldaptest.StateBase)
	if post != nil {
		m := post.Config()
		text += fmt.Sprintf("mail: {host: %q, port: %d, tls: %s, ca_file: %q, from: no-reply@example.org}\n", m.Host, m.Port, m.TLS, m.CAFile)
	}
	return text + more
}

// run checks a configuration and returns what was printed.
func run(t *testing.T, text string, change ...func(*check.Options)) (string, int) {
	t.Helper()
	cfg, err := config.Parse("wicketgate.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	o := check.Options{Out: &out, Clock: time.Now}
	for _, f := range change {
		f(&o)
	}
	status := check.Run(t.Context(), cfg, o)
	if all := out.String(); strings.Contains(all, ldaptest.ServicePassword) || strings.Contains(all, "0123456789abcdef") {
		t.Errorf("a secret is shown:\n%s", all)
	}
	return out.String(), status
}

func expect(t *testing.T, out string, lines ...string) {
	t.Helper()
	for _, want := range lines {
		if !strings.Contains(out, want) {
			t.Errorf("there is no %q in\n%s", want, out)
			return
		}
	}
}

// admins is the group of the seed that everybody should find.
const admins = "admin_group: admins\n"

func TestAGoodConfigurationIsProven(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		post := mailtest.Start(t)
		before := dump(t, s)
		out, status := run(t, file(s, post, admins), func(o *check.Options) { o.MailTo = "me@example.org" })
		t.Log(out)
		expect(t, out, "ok    "+s.URL, "signed in as "+ldaptest.ServiceDN, "people below "+ldaptest.PeopleDN, "username           ada",
			"countess@example.org", "somebody else has too", "a scratch record was added, changed as one, and removed",
			"may change ", "sender no-reply@example.org accepted", "a test mail to me@example.org", "+ people sign in", "+ mails are sent")
		post.Wait(t, mailtest.To("me@example.org"))
		if status == check.Broken {
			t.Errorf("status is %d", status)
		}
		if after := dump(t, s); !slices.Equal(before, after) {
			t.Errorf("the check left something behind:\nbefore %q\nafter  %q", before, after)
		}
	})
}

// dump lists every entry with its values, so that nothing can change unseen.
func dump(t *testing.T, s *ldaptest.Server) []string {
	t.Helper()
	d, err := directory.Open(directory.Config{URLs: []string{s.URL}, BindDN: ldaptest.AdminDN, BindPassword: ldaptest.AdminPassword})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	entries, err := d.Find(t.Context(), directory.Search{Base: ldaptest.BaseDN, Scope: directory.Subtree, Attributes: []string{"*", "modifyTimestamp"}})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		slices.SortFunc(e.Attributes, func(a, b ldapmap.Attribute) int { return strings.Compare(a.Name, b.Name) })
		for _, a := range e.Attributes {
			slices.Sort(a.Values)
		}
		all = append(all, fmt.Sprintf("%s %q", e.DN, e.Attributes))
	}
	slices.Sort(all)
	return all
}

func TestOneLoginCanBeLookedAt(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	out, _ := run(t, file(s, nil, ""), func(o *check.Options) { o.Login = "grace" })
	expect(t, out, "cn=Grace Hopper,ou=staff,", "given_name         Grace", "no mail server is configured")
	out, _ = run(t, file(s, nil, ""), func(o *check.Options) { o.Login = "*" })
	expect(t, out, `NO    the login "*"`)
}

func TestWhatWillNotWorkIsToldWithItsReason(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	down := ldaptest.Memdir(t, ldaptest.Options{})
	down.Stop(t)
	post, rude := mailtest.Start(t, mailtest.Plain()), mailtest.Start(t, mailtest.Plain())
	rude.Fail(inbox.From, inbox.Fault{Code: 553, Text: "sender not owned"}, -1)
	text := file(s, post, admins)
	for name, c := range map[string]struct {
		old, new string
		status   int
		want     []string
	}{
		"all is well":    {"", "", check.Fine, []string{"+ people sign in", "+ people reset a forgotten password", "+ somebody sees"}},
		"mail":           {fmt.Sprintf("%q, port: %d", "127.0.0.1", post.Port()), fmt.Sprintf("%q, port: %d", "127.0.0.1", rude.Port()), check.Partly, []string{"NO    ", "sender not owned", "- mails are sent: mail does not go out", "+ people sign in"}},
		"password":       {ldaptest.ServicePassword, "wrong", check.Broken, []string{"invalidCredentials", "check directory.bind_dn", "- people sign in: no directory server answers"}},
		"down":           {s.URL, down.URL, check.Broken, []string{"NO    " + down.URL, "- people sign in"}},
		"one of two":     {`["` + s.URL, `["` + down.URL + `", "` + s.URL, check.Partly, []string{"NO    " + down.URL, "ok    " + s.URL, "+ people sign in", "- another server takes over when one fails: no answer from " + down.URL}},
		"base":           {ldaptest.PeopleDN, "ou=peeple," + ldaptest.BaseDN, check.Broken, []string{"does not exist", "- people sign in: nobody is found"}},
		"filter":         {"users: {", "users: {filter: (uid=nobody), ", check.Broken, []string{"nobody is found below", "directory.users.filter"}},
		"no state":       {ldaptest.StateBase, "ou=gate," + ldaptest.BaseDN, check.Broken, []string{"looking for the entry", "dn: ou=gate," + ldaptest.BaseDN, "cannot keep its records"}},
		"denied state":   {ldaptest.StateBase, "ou=services," + ldaptest.BaseDN, check.Broken, []string{"adding a scratch record", "needs to read, add, change and delete"}},
		"unknown attr":   {"users: {", "users: {attributes: {badge: {attribute: badgeNumber, label: Badge}}, ", check.Partly, []string{"badgeNumber", "- every field: the directory's schema contradicts directory.users.attributes.badge"}},
		"no admins":      {"admin_group: admins", "admin_group: chiefs", check.Partly, []string{`there is no group "chiefs"`, "nobody is an administrator"}},
		"no admin group": {"admin_group: admins\n", "", check.Partly, []string{"name a group in admin_group"}},
		"groups":         {ldaptest.GroupsDN, "ou=services," + ldaptest.BaseDN, check.Partly, []string{"no group is found below"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(text, c.old) {
				t.Fatalf("there is no %q in the file", c.old)
			}
			changed := text
			if c.old != "" {
				changed = strings.ReplaceAll(text, c.old, c.new)
			}
			out, status := run(t, changed)
			expect(t, out, c.want...)
			if status != c.status {
				t.Errorf("status is %d, want %d, after\n%s", status, c.status, out)
			}
		})
	}
}

func TestWhatTheServiceAccountMayNotWriteIsNamed(t *testing.T) {
	t.Parallel()
	service := func(l memdir.Level) []memdir.By {
		return []memdir.By{{Who: memdir.IsDN, Name: ldaptest.ServiceDN, Level: l}, {Who: memdir.Anonymous, Level: memdir.Auth}}
	}
	s, _ := ldaptest.MemdirWith(t, ldaptest.Options{}, func(o *memdir.Options) {
		o.Access = []memdir.Rule{
			{Base: ldaptest.StateBase, Scope: memdir.ScopeSubtree, By: service(memdir.Write)},
			{Attrs: []string{"userPassword"}, By: service(memdir.Auth)},
			{Base: ldaptest.PeopleDN, Scope: memdir.ScopeSubtree, Attrs: []string{"mail", "mobile"}, By: service(memdir.Write)},
			{By: service(memdir.Read)},
		}
	})
	before := dump(t, s)
	out, status := run(t, file(s, mailtest.Start(t), admins))
	expect(t, out, "may change emails, mobile\n", "may not change username, ", "may not set passwords", "+ people change their profile",
		"- people change username, ", "- people reset a forgotten password: the service account may not set passwords")
	if status != check.Partly {
		t.Errorf("status is %d", status)
	}
	if after := dump(t, s); !slices.Equal(before, after) {
		t.Error("the check left something behind")
	}
}

func TestAReadOnlyDirectoryIsToldApart(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{ReadOnly: true}, func(t *testing.T, s *ldaptest.Server) {
		out, status := run(t, file(s, mailtest.Start(t), admins))
		expect(t, out, "NO    adding a scratch record", "- people sign in: Wicketgate cannot keep its records")
		if status != check.Broken {
			t.Errorf("status is %d", status)
		}
	})
}
