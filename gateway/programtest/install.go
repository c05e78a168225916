package programtest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// installPatience bounds the fetching of a library.
const installPatience = 2 * time.Minute

// Installed returns the folder in the user's cache that holds what a list of libraries asks for. It is made once for each content of the list, and
// whole or not at all: several processes may want it at the same time. Where CI is set it must succeed; elsewhere a test that cannot
// reach the registry is skipped, and says so.
func Installed(t *testing.T, list, program string, args func(dir string) []string) string {
	t.Helper()
	text, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	version, err := exec.CommandContext(t.Context(), program, "--version").Output() // another one may need other files
	if err != nil {
		t.Fatalf("%s --version: %v", program, err)
	}
	dir := filepath.Join(cache, "wicketgate-tests", fmt.Sprintf("%s-%x", filepath.Base(filepath.Dir(list)), sha256.Sum256(append(version, text...)))[:40])
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), "new-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(fresh) //nolint:errcheck // it is gone already if all went well
	if err := os.WriteFile(filepath.Join(fresh, filepath.Base(list)), text, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), installPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args(fresh)...)
	cmd.Dir = fresh
	if out, err := cmd.CombinedOutput(); err != nil {
		Missing(t, fmt.Sprintf("%s could not fetch what %s lists: %v\n%s", program, list, err, out))
	}
	if err := os.Rename(fresh, dir); err != nil {
		if _, there := os.Stat(dir); there != nil { // nobody else was faster
			t.Fatal(err)
		}
	}
	return dir
}

// Python returns Python, and the folder with the libraries that a requirements.txt lists, for PYTHONPATH.
func Python(t *testing.T, requirements string) (program, libraries string) {
	t.Helper()
	program = Need(t, "python3", "python3-pip")
	return program, Installed(t, requirements, program, func(dir string) []string {
		return []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--target", dir, "-r", filepath.Base(requirements)}
	})
}

// Missing ends a test that lacks something of the machine.
func Missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip("SKIPPED: " + what)
}

// Need returns the path of a program, which Debian has in packageName.
func Need(t *testing.T, program, packageName string) string {
	t.Helper()
	for _, name := range []string{program, "/usr/sbin/" + program} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	Missing(t, fmt.Sprintf("there is no %s on this machine: apt-get install %s", program, packageName))
	return ""
}
