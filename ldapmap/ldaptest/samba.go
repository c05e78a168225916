package ldaptest

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sambaKind is Samba as a domain controller of an Active Directory domain.
func sambaKind() Kind {
	return Kind{Name: "samba", Preset: "samba", slow: true, new: Samba, Records: ServiceConnectionPoint, Lacks: map[Feature]string{
		SeedTree:         "its people are users, named by cn, with one mail address each",
		PlainBinds:       "it answers 8 to a bind without TLS",
		PlainPasswords:   "it answers 8 to a bind without TLS",
		PolicyAttributes: "the policy is one for the domain, and an account's state is in userAccountControl, pwdLastSet and lockoutTime",
		OwnSchema:        "its schema is entries of classSchema and attributeSchema",
		RequireTLS:       "it never takes a bind without TLS, and answers 8, not 13",
		FoldedValues:     "it compares to the letter when values are added, and without case when they are removed",
		Crowds:           "it takes some 100 to 250 new people a second through the front door, and has no other",

		MustChange:        "whether a reset has to be followed by a change is up to who resets",
		GraceLogins:       "an expired password opens nothing but its change",
		ExpiryWarning:     "it answers a bind with yes or no",
		ResetsKeepHistory: "it lacks the control (policy hints) that asks for it, up to 4.17 at least",
		AccountStart:      "nothing in an account says so",
		ManyMails:         "mail has a single value",
	}}
}

// samba is one running domain controller and its folder.
type samba struct {
	dir, ip string
	process *process
}

// patience bounds a command. Making a domain takes five seconds of work, which on a machine with other work are many more.
const patience = 5 * time.Minute

// sambaPorts are LDAP, LDAPS and the global catalogue's two. Samba does not let them be chosen, so that each server has an address of its own.
var sambaPorts = []int{389, 636, 3268, 3269}

// Samba starts Samba as the domain controller of an Active Directory domain, example.org, with its LDAP server alone. The people of the seed are
// there under the same user names and passwords; as the class demands, their entries are named by cn: Server.Person tells.
//
// The first one on a machine takes some ten seconds: a domain is made once and kept as a template, of which every server gets a copy.
func Samba(t testing.TB, o Options) *Server {
	t.Helper()
	o.sambaCan(t)
	needSamba(t)
	s := newSamba(t)
	copyTemplate(t, s.dir)
	ca := s.configure(t, o)
	s.start(t)
	entries := sambaSeed(t, o)
	s.modify(t, AdminDN, AdminPassword, sambaPolicy(o.policy())+sambaLDIF(entries))
	s.backdate(t, entries)
	return s.server(ca)
}

func newSamba(t testing.TB) *samba {
	t.Helper()
	return &samba{dir: shortDir(t), ip: ownAddress(t, sambaPorts...)}
}

// sambaCan refuses what Samba has not.
func (o Options) sambaCan(t testing.TB) {
	t.Helper()
	p := o.policy()
	switch {
	case o.Empty, o.NoMemberOf, o.ReadOnly, o.NoTLS, o.RequireTLS, o.Schema != "", o.SizeLimit > 0, o.IdleTimeout > 0:
		t.Fatalf("Samba cannot be started with these options: %+v", o)
	case p != nil && (p.Grace > 0 || p.MustChange || p.SafeModify || p.ExpireWarning > 0):
		t.Fatalf("Samba has no such password policy: %+v", *p)
	}
}

// start runs samba as a single process, and waits for a TLS handshake, which it does in between its other work. The address is ours alone, and
// so is who answers there.
func (s *samba) start(t testing.TB) {
	t.Helper()
	s.process = launch(t, "samba", s.path("log.samba"), func(bool) (*exec.Cmd, func() bool) {
		d := tls.Dialer{NetDialer: &net.Dialer{Timeout: ready}, Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // only whether somebody is there
		cmd := exec.Command(find("samba"), "-s", s.conf(), "--foreground", "--no-process-group", "--model=single", "--debug-stdout", "-d1")
		return cmd, func() bool {
			c, err := d.Dial("tcp", net.JoinHostPort(s.ip, "636"))
			if err != nil {
				return false
			}
			c.Close()
			return true
		}
	})
}

// modify writes LDIF.
func (s *samba) modify(t testing.TB, dn, password, ldif string) {
	t.Helper()
	secret := s.path("secret")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(t, ldif, "ldapmodify", "-x", "-H", "ldaps://"+s.ip, "-D", dn, "-y", secret)
}

// run executes a program with this domain as the system's own.
func (s *samba) run(t testing.TB, input, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience) // OpenLDAP's tools can wait for ever on an answer of Samba
	defer cancel()
	cmd := exec.CommandContext(ctx, find(program), args...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "SMB_CONF_PATH="+s.conf(), "LDAPTLS_CACERT="+s.path("ca.pem"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(args, " "), err, tail(out))
	}
	return string(out)
}

func (s *samba) path(name string) string { return filepath.Join(s.dir, name) }
func (s *samba) conf() string            { return s.path("smb.conf") }

// server is what the test sees of it.
func (s *samba) server(ca *CA) *Server {
	return &Server{
		Kind: sambaKind(), URL: fmt.Sprintf("ldap://%s:389", s.ip), TLSURL: fmt.Sprintf("ldaps://%s:636", s.ip), CAFile: ca.File,
		counts: func() Counts { return Counts{} },
		stop:   func(testing.TB) { s.process.end() },
		start:  s.start,
	}
}
