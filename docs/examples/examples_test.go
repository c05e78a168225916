package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/programtest"
)

// root is the repository, as seen from here.
const root = "../.."

func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out)
}

func TestTheExampleForPytest(t *testing.T) {
	t.Parallel()
	python, libraries := programtest.Python(t, "pytest/requirements.txt")
	binary := filepath.Join(t.TempDir(), "wicketgate")
	run(t, exec.CommandContext(t.Context(), "go", "build", "-o", binary, filepath.Join(root, "cmd/wicketgate")))
	cmd := exec.CommandContext(t.Context(), python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-config")
	cmd.Dir = "pytest"
	cmd.Env = append(os.Environ(), "PYTHONPATH="+libraries, "PYTHONDONTWRITEBYTECODE=1", "WICKETGATE="+binary, "NO_PROXY=127.0.0.1,localhost")
	if out := run(t, cmd); !strings.Contains(out, " passed") || strings.Contains(out, "failed") || strings.Contains(out, "skipped") {
		t.Errorf("pytest says\n%s", out)
	}
}

// TestTheGoExampleWorksInAModuleOfItsOwn copies it out of this module, so that it uses what others can use. Its test runs with all the others.
func TestTheGoExampleWorksInAModuleOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"go.mod": "module example.org/shop\n\ngo 1.26\n\nrequire github.com/wicketgate/wicketgate v0.0.0\n\nreplace github.com/wicketgate/wicketgate => " + here + "\n",
	}
	for name, from := range map[string]string{"main.go": "go/main.go", "main_test.go": "go/main_test.go", "go.sum": filepath.Join(root, "go.sum")} {
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(text)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "vet", "-mod=mod", ".")
	cmd.Dir = dir
	run(t, cmd)
}
