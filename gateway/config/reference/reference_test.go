package reference_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/config/reference"
)

const root = "../../.."

func TestTheReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	want, err := reference.Generate(root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, reference.File))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what it would be made now: run go generate ./gateway/config", reference.File)
	}
}

func TestTheReferenceTellsWhatAnAdministratorLooksFor(t *testing.T) {
	t.Parallel()
	text, err := reference.Generate(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"## At the top", "## directory\n", "## directory.users\n", "## directory.users.attributes.NAME\n", "## policy[].for[]\n", "## clients[]\n", "## mail\n",
		"| `listen` | text | The address and port to serve on. Default 127.0.0.1:8080", "| `bind_password` | secret |", "| `reset` | time |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
	if _, err := reference.Generate(t.TempDir()); err == nil {
		t.Error("a reference was made from nothing")
	}
}
