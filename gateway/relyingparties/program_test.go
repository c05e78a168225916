package relyingparties_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/programtest"
)

// startAuthlib starts a Flask application with Authlib, which comes from PyPI.
func startAuthlib(t *testing.T, a *app) {
	t.Helper()
	python, libraries := programtest.Python(t, "testdata/authlib/requirements.txt")
	cmd := exec.CommandContext(t.Context(), python, "testdata/authlib/app.py", a.name, a.issuer, a.URL)
	// Authlib refuses http otherwise, even on loopback.
	cmd.Env = append(os.Environ(), "PYTHONPATH="+libraries, "PYTHONDONTWRITEBYTECODE=1", "AUTHLIB_INSECURE_TRANSPORT=1")
	a.run(t, cmd)
}

// startOpenidClient starts a Node program with the npm package openid-client.
func startOpenidClient(t *testing.T, a *app) {
	t.Helper()
	node, npm := programtest.Need(t, "node", "nodejs"), programtest.Need(t, "npm", "npm")
	libraries := programtest.Installed(t, "testdata/openid-client/package.json", npm, func(string) []string {
		return []string{"install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"}
	})
	dir := t.TempDir() // Node looks for packages beside the program
	program, err := os.ReadFile("testdata/openid-client/app.mjs")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "app.mjs"), program, 0o600)
	}
	if err == nil {
		err = os.Symlink(filepath.Join(libraries, "node_modules"), filepath.Join(dir, "node_modules"))
	}
	if err != nil {
		t.Fatal(err)
	}
	a.run(t, exec.CommandContext(t.Context(), node, filepath.Join(dir, "app.mjs"), a.name, a.issuer, a.URL))
}

// run starts a program that reads the client secret from CLIENT_SECRET, says {"port": n} on its first line, and serves there.
func (a *app) run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if cmd.Env == nil {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, "CLIENT_SECRET="+secret, "CLIENT_SCOPE="+scopes)
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, in, err := os.Pipe() // not StdoutPipe, which Wait closes
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close() //nolint:errcheck // only read
	cmd.Stdout = in
	programtest.Launch(t, cmd, &problems)
	if err := in.Close(); err != nil { // the program has its own copy: without it, reading ends when the program does
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var ready struct{ Port int }
	if err == nil {
		err = json.Unmarshal(line, &ready)
	}
	if err != nil {
		t.Fatalf("the application said %q: %v", line, err)
	}
	a.behind(ready.Port)
}
