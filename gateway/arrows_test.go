package gateway_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/wicketgate/wicketgate/"

// pkg is what `go list -json` says of a package; Imports leaves out those of tests.
type pkg struct {
	ImportPath string
	Imports    []string
}

// TestArrows holds the structure of the program: who may import whom. An arrow that is missing here on purpose is a
// decision to write down, not to slip in.
func TestArrows(t *testing.T) {
	t.Parallel()
	packages := list(t)
	if len(packages) < 20 {
		t.Fatalf("go list found only %d packages", len(packages))
	}
	for _, p := range packages {
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, to := range p.Imports {
			to = strings.TrimPrefix(to, module)
			if why := forbidden(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
}

// forbidden says why an arrow must not be, or "".
func forbidden(from, to string) string {
	in := func(p string, roots ...string) bool {
		return slices.ContainsFunc(roots, func(r string) bool { return p == r || strings.HasPrefix(p, r+"/") })
	}
	top := func(p string) bool {
		return in(p, "cmd", "gateway", "ldapmap", "selfservice", "templates", "deploy", "docs")
	}
	switch {
	case to == "github.com/go-ldap/ldap/v3" && from != "ldapmap/directory":
		return "only ldapmap/directory speaks LDAP to servers"
	case to == "github.com/ory/fosite" && from != "gateway/oidc":
		return "fosite stays inside gateway/oidc, and out of its parts"
	case (to == "database/sql" || in(to, "github.com/jackc/pgx/v5", "modernc.org/sqlite")) && !in(from, "gateway/state/sqlstate"):
		return "only gateway/state/sqlstate speaks SQL"
	case to == "net/http" && (from == "ldapmap" || from == "ldapmap/directory" || from == "ldapmap/policy" || in(from, "gateway/state")):
		return "no HTTP below the pages"
	case !top(to):
		return ""
	case in(from, "ldapmap") && !in(to, "ldapmap"):
		return "ldapmap knows nothing of what is built on it"
	case from == "ldapmap" && to != "ldapmap/fault" && to != "ldapmap/presets":
		return "the model knows no network and no server"
	case in(from, "templates") && !in(to, "templates"):
		return "templates know only their own page structs"
	case in(from, "selfservice") && in(to, "selfservice"):
		return "flows never import each other"
	case in(from, "selfservice") && to == "gateway":
		return "flows are mounted by the gateway, not the other way round"
	case in(from, "gateway/state") && !in(to, "gateway/state", "ldapmap", "gateway/seal", "ldapmap/fault"):
		return "the state store stands on nothing but records and faults"
	case in(from, "gateway") && to == "gateway" && !strings.HasSuffix(from, "test") && from != "gateway/bench" && from != "gateway/lab":
		return "only commands and test helpers use the composition root"
	case from != "gateway" && in(from, "gateway") && in(to, "selfservice") && !strings.HasSuffix(from, "test"):
		return "only the composition root mounts flows"
	case to == "gateway/state/sqlstate" && from == "gateway/config":
		return "" // whose settings it checks, as it does those of the directory and of mail
	case (to == "gateway/state/ldapstate" || to == "gateway/state/sqlstate") && from != "gateway" && !in(from, "cmd"):
		return "only the composition root chooses a store"
	case to == "ldapmap/memdir" && !in(from, "cmd/wicketgate", "ldapmap/ldaptest", "gateway/housetest", "gateway/lab"):
		return "the server in memory is for the demo and for tests"
	case strings.HasSuffix(to, "test") && !strings.HasSuffix(from, "test") && !in(from, "gateway/bench"):
		return "test packages are imported by tests alone"
	}
	return ""
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// TestArrowsCatch shows that the rules above refuse what they should: a check that cannot fail is none.
func TestArrowsCatch(t *testing.T) {
	t.Parallel()
	for _, arrow := range [][2]string{
		{"selfservice/signin", "github.com/go-ldap/ldap/v3"},
		{"ldapmap", "gateway/state"},
		{"ldapmap/memdir", "github.com/go-ldap/ldap/v3"},
		{"ldapmap", "net/http"},
		{"selfservice/profile", "selfservice/password"},
		{"templates", "ldapmap"},
		{"gateway/oidc", "gateway/state/ldapstate"},
		{"gateway/oidc", "gateway/state/sqlstate"},
		{"gateway/oidc", "database/sql"},
		{"gateway/session", "selfservice/signin"},
		{"gateway", "ldapmap/memdir"},
		{"selfservice/join", "gateway"},
	} {
		if forbidden(arrow[0], arrow[1]) == "" {
			t.Errorf("%s may import %s, and must not", arrow[0], arrow[1])
		}
	}
}
