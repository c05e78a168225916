package ldaptest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// extra is more configuration, by the place where it has to stand.
type extra struct{ global, database, overlays string }

// slapdConf writes slapd.conf(5). The older form has everything in one text, and every slapd still reads it.
func slapdConf(t testing.TB, o Options, dir string, more extra) string {
	t.Helper()
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }

	for _, s := range []string{"core", "cosine", "inetorgperson", "nis", "dyngroup"} {
		line("include /etc/ldap/schema/%s.schema", s)
	}
	for definition := range strings.SplitSeq(o.Schema, "\n") {
		// slapd.conf names the two kinds in the singular, and without a colon.
		definition = strings.Replace(definition, "attributeTypes:", "attributetype", 1)
		line("%s", strings.Replace(definition, "objectClasses:", "objectclass", 1))
	}
	line("pidfile %s/pid\nargsfile %s/args\nmodulepath /usr/lib/ldap", dir, dir)
	for _, m := range []string{"back_mdb", "memberof", "refint", "ppolicy", "syncprov"} {
		line("moduleload %s", m)
	}
	if o.IdleTimeout > 0 {
		line("idletimeout %d", o.IdleTimeout)
	}
	if ca, cert := o.tls(t); ca != nil {
		copyFile(t, ca.File, filepath.Join(dir, "ca.pem"))
		line("TLSCACertificateFile %s/ca.pem\nTLSCertificateFile %s\nTLSCertificateKeyFile %s", dir, cert.CertFile, cert.KeyFile)
		if o.RequireTLS {
			line("security simple_bind=128")
		}
	}
	line("password-hash {SSHA}\nsizelimit unlimited")
	line(`access to dn.base="" by * read`)
	line(`access to dn.base="cn=Subschema" by * read`)

	line("%s", more.global)
	line("database mdb\nsuffix %q\nrootdn %q\nrootpw %s\ndirectory %s/db\nmaxsize 268435456\ndbnosync", BaseDN, AdminDN, AdminPassword, dir)
	line("index objectClass,entryUUID,uid,mail,member,memberOf eq\nindex cn,sn,givenName eq,sub")
	if o.SizeLimit > 0 {
		line(`limits dn.exact=%q size.soft=%d size.hard=%d size.prtotal=unlimited`, ServiceDN, o.SizeLimit, o.SizeLimit)
	}
	if o.ReadOnly {
		line("readonly on")
	}
	line("%s", slapdAccess())
	line("%s", more.database)
	return b.String() + slapdOverlays(o) + more.overlays
}

// slapdAccess are the rights of the service account as an administrator should give them: read all but passwords, write
// people and groups, set passwords, and own the gateway's branch.
func slapdAccess() string {
	return strings.NewReplacer("SERVICE", ServiceDN, "STATE", StateBase, "PEOPLE", PeopleDN, "GROUPS", GroupsDN).Replace(`
access to dn.subtree="STATE" by dn.exact="SERVICE" write by * none
access to dn.subtree="PEOPLE" attrs=userPassword by self =xw by dn.exact="SERVICE" =w by anonymous auth by * none
access to attrs=userPassword by anonymous auth by * none
access to attrs=pwdHistory by * none
access to dn.subtree="PEOPLE" by dn.exact="SERVICE" write by users read by * none
access to dn.subtree="GROUPS" by dn.exact="SERVICE" write by users read by * none
access to * by users read by * none
`)
}

func slapdOverlays(o Options) string {
	var b strings.Builder
	if !o.NoMemberOf {
		fmt.Fprintf(&b, `
overlay memberof
memberof-group-oc groupOfNames
memberof-member-ad member
memberof-memberof-ad memberOf
memberof-refint FALSE
memberof-dangling ignore

overlay refint
refint_attributes member manager owner
refint_nothing "cn=nobody,%s"
`, BaseDN)
	}
	if o.policy() != nil {
		fmt.Fprintf(&b, "\noverlay ppolicy\nppolicy_default \"cn=default,ou=policies,%s\"\nppolicy_hash_cleartext\nppolicy_use_lockout\n", BaseDN)
	}
	return b.String()
}

// policyEntries are the policy as entries (slapo-ppolicy), and a second one for the person who must change the password.
func policyEntries(p Policy) []string {
	entry := func(name string, mustChange bool) string {
		var b strings.Builder
		fmt.Fprintf(&b, "dn: cn=%s,ou=policies,%s\nobjectClass: applicationProcess\nobjectClass: pwdPolicy\ncn: %s\n", name, BaseDN, name)
		b.WriteString("pwdAttribute: userPassword\npwdAllowUserChange: TRUE\npwdCheckQuality: 1\n")
		number := func(attr string, n int) {
			if n > 0 {
				fmt.Fprintf(&b, "%s: %d\n", attr, n)
			}
		}
		seconds := func(attr string, d time.Duration) { number(attr, int(d/time.Second)) }
		number("pwdMinLength", p.MinLength)
		number("pwdInHistory", p.History)
		number("pwdMaxFailure", p.MaxFailure)
		number("pwdGraceAuthNLimit", p.Grace)
		seconds("pwdLockoutDuration", p.LockoutDuration)
		seconds("pwdMinAge", p.MinAge)
		seconds("pwdMaxAge", p.MaxAge)
		seconds("pwdExpireWarning", p.ExpireWarning)
		// With pwdLockout FALSE slapd does not look at a lock by an administrator either.
		fmt.Fprintf(&b, "pwdLockout: TRUE\npwdMustChange: %s\npwdSafeModify: %s\n", upper(mustChange), upper(p.SafeModify))
		return strings.TrimSuffix(b.String(), "\n")
	}
	ou := "dn: ou=policies," + BaseDN + "\nobjectClass: organizationalUnit\nou: policies"
	return []string{ou, entry("default", p.MustChange), entry("mustchange", true)}
}

func upper(b bool) string { return strings.ToUpper(fmt.Sprint(b)) }

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
