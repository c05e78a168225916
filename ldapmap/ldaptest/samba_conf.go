package ldaptest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// sambaDomain is the domain's name in DNS; BaseDN is the same in LDAP.
const sambaDomain = "example.org"

// shortDir is a folder that goes with the test. Samba puts sockets below it, and the path of a socket may have 107 bytes only, fewer than
// t.TempDir can give to a test of a long name.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "samba")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// configure writes smb.conf(5) for this folder and address. All paths in it are absolute, so that no copy of a domain touches the
// system's Samba or another copy.
func (s *samba) configure(t testing.TB, o Options) *CA {
	t.Helper()
	ca, cert := o.CA, o.Cert
	if ca == nil {
		ca = NewCA(t)
	}
	if cert == nil {
		cert = ca.Issue(t, time.Time{}, s.ip, "dc1."+sambaDomain)
	}
	copyFile(t, ca.File, s.path("ca.pem"))
	copyFile(t, cert.CertFile, s.path("server.pem"))
	copyFile(t, cert.KeyFile, s.path("server.key"))
	text := strings.NewReplacer("DIR", s.dir, "IP", s.ip, "DOMAIN", strings.ToUpper(sambaDomain)).Replace(`[global]
netbios name = DC1
workgroup = EXAMPLE
realm = DOMAIN
server role = active directory domain controller
server services = ldap, cldap
interfaces = IP/8
bind interfaces only = yes
disable netbios = yes
nbt port = 0
dns update command = /bin/true
private dir = DIR/private
state directory = DIR/state
cache directory = DIR/cache
lock directory = DIR/lock
pid directory = DIR/run
binddns dir = DIR/bind-dns
ncalrpc dir = DIR/ncalrpc
winbindd socket directory = DIR/winbindd
ntp signd socket directory = DIR/ntp_signd
log file = DIR/log.samba
tls enabled = yes
tls cafile = DIR/ca.pem
tls certfile = DIR/server.pem
tls keyfile = DIR/server.key
old password allowed period = 0
ldb:nosync = yes
`)
	for _, d := range []string{"state", "cache", "lock", "run", "bind-dns", "ncalrpc", "winbindd", "ntp_signd"} {
		if err := os.MkdirAll(s.path(d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(s.conf(), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return ca
}

// sambaPolicy spells a password policy as the domain keeps it (MS-SAMR 2.2.3): times are negative counts of 100 ns.
func sambaPolicy(p *Policy) string {
	if p == nil {
		p = &Policy{}
	}
	const never = "-9223372036854775808"
	ago := func(d time.Duration, zero string) string {
		if d == 0 {
			return zero
		}
		return fmt.Sprint(-int64(d / 100))
	}
	lock := ago(p.LockoutDuration, never)
	if p.MaxFailure == 0 {
		lock = "-18000000000"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "dn: %s\nchangetype: modify\n", BaseDN)
	for _, a := range []struct{ name, value string }{
		{"pwdProperties", "0"}, // no demand for upper case and digits: the seed's passwords have neither
		{"minPwdLength", fmt.Sprint(p.MinLength)},
		{"pwdHistoryLength", fmt.Sprint(p.History)},
		{"lockoutThreshold", fmt.Sprint(p.MaxFailure)},
		{"lockoutDuration", lock},
		{"lockOutObservationWindow", lock},
		{"minPwdAge", ago(p.MinAge, "0")},
		{"maxPwdAge", ago(p.MaxAge, never)},
	} {
		fmt.Fprintf(&b, "replace: %s\n%s: %s\n-\n", a.name, a.name, a.value)
	}
	return b.String() + "\n"
}
