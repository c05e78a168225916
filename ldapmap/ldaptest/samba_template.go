package ldaptest

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// sambaRights gives the service account its rights, as an administrator does it: the same lines as deploy/acl/samba.sh.
//
//go:embed samba_rights.sh
var sambaRights string

// SambaRights are the lines that give the service account its rights in a domain.
func SambaRights() string { return sambaRights }

// provisionPassword is the first administrator's, while the domain still demands what Samba demands of a new one.
const provisionPassword = "Adm1n.Password"

// needSamba skips the test, or fails it in CI, where Samba cannot be started.
func needSamba(t testing.TB) {
	t.Helper()
	const packages = "samba samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-markdown ldap-utils"
	need(t, packages, "samba", "samba-tool", "ldapmodify")
	if _, err := os.Stat("/usr/share/samba/setup/provision.ldif"); err != nil {
		notTested(t, "what Samba makes a domain of is not installed. On Debian: apt-get install "+packages)
	}
}

// copyTemplate puts a fresh domain into dir. The domain is made once for each version of Samba and of what we want in it, by whichever test
// of whichever process comes first, while the others wait.
func copyTemplate(t testing.TB, dir string) {
	t.Helper()
	cache := filepath.Join(os.TempDir(), fmt.Sprintf("wicketgate-ldaptest-%d", os.Getuid()))
	if err := os.Mkdir(cache, 0o700); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	ownFolder(t, cache)
	version, err := exec.Command(find("samba"), "--version").Output()
	if err != nil {
		t.Fatalf("samba --version: %v", err)
	}
	sum := sha256.Sum256([]byte(string(version) + sambaRights + sambaEntries()))
	template := filepath.Join(cache, "samba-"+hex.EncodeToString(sum[:8]))
	keepTemplate(t, template)
	if err := os.CopyFS(dir, os.DirFS(template)); err != nil {
		t.Fatal(err)
	}
}

// keepTemplate makes the template if it is not there. One that is there is never changed.
func keepTemplate(t testing.TB, template string) {
	t.Helper()
	unlock := lockFile(t, template+".lock")
	defer unlock()
	if _, err := os.Stat(template); err == nil {
		return
	}
	made := makeTemplate(t)
	// It gets its name last: a test that is stopped halfway leaves no template.
	half := template + ".new"
	_ = os.RemoveAll(half)
	if err := os.CopyFS(half, os.DirFS(made)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(half, template); err != nil {
		t.Fatal(err)
	}
}

// makeTemplate makes a domain with the entries that all tests need, and returns the folder of what to keep of it.
func makeTemplate(t testing.TB) string {
	t.Helper()
	s := newSamba(t)
	s.configure(t, Options{})
	s.run(t, "", "samba-tool", "domain", "provision", "--targetdir="+s.path("made"), "--configfile=/dev/null",
		"--realm="+sambaDomain, "--domain=EXAMPLE", "--host-name=dc1", "--host-ip="+s.ip, "--server-role=dc", "--dns-backend=NONE",
		"--use-rfc2307", "--adminpass="+provisionPassword, "--option=ldb:nosync=yes")
	if err := os.Rename(s.path("made/private"), s.path("private")); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	s.modify(t, "Administrator@"+sambaDomain, provisionPassword, sambaPolicy(nil)+sambaEntries())
	s.run(t, sambaRights, "sh", "-eu")
	s.process.end()
	keep := filepath.Join(s.dir, "keep")
	if err := os.Mkdir(keep, 0o700); err != nil {
		t.Fatal(err)
	}
	// Sockets are of no use to a copy.
	for _, socket := range []string{"ldapi", "ldap_priv", "smbd.tmp"} {
		_ = os.RemoveAll(s.path("private/" + socket))
	}
	if err := os.Rename(s.path("private"), filepath.Join(keep, "private")); err != nil {
		t.Fatal(err)
	}
	return keep
}

// ownFolder refuses a folder that somebody else could have laid out for us.
func ownFolder(t testing.TB, dir string) {
	t.Helper()
	info, err := os.Lstat(dir)
	if err != nil {
		t.Fatal(err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(owner.Uid) != os.Getuid() || info.Mode().Perm() != 0o700 {
		t.Fatalf("%s is not a folder of ours alone: please remove it", dir)
	}
}

// lockFile waits until no other process, and no other test of this one, holds the lock.
func lockFile(t testing.TB, name string) (unlock func()) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { f.Close() }
}
