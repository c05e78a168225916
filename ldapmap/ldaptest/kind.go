package ldaptest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Kind describes a kind of directory: how it starts, which mapping is made for it, and what it lacks.
type Kind struct {
	Name   string // "memdir", "slapd", "389ds", "samba"
	Preset string // of ldapmap, whose mapping fits
	// Lacks are the features that the kind does not have, each with the fact why. What is not named here it has, and tests prove it.
	Lacks map[Feature]string
	// Rights are those of the service account in the server's own language, as docs/directories shows them and as every test on it has them.
	Rights string
	// Records is the object class that the gateway's records have there.
	Records string
	// slow kinds are left out by EachQuick.
	slow bool
	new  func(testing.TB, Options) *Server
}

// Kinds are the directories that Each runs a test on. One line more for each one that this package learns to start.
func Kinds() []Kind { return []Kind{memdirKind(), slapdKind(), ds389Kind(), sambaKind()} }

// The classes of the gateway's records.
const (
	ApplicationProcess     = "applicationProcess"
	ServiceConnectionPoint = "serviceConnectionPoint" // where the other belongs to the system
)

// Lacking tells why the kind does not have all the features; "" if it has.
func (k Kind) Lacking(needs ...Feature) string {
	for _, f := range needs {
		if why, lacks := k.Lacks[f]; lacks {
			return k.Name + " lacks " + string(f) + ": " + why
		}
	}
	return ""
}

// Each runs the same test on every kind of directory, in parallel, each with a server of its own.
//
// It is for what depends on the directory. What is ours alone, such as pages, is proven by EachQuick.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	EachWith(t, Options{}, test)
}

// EachWith is Each with options. Kinds that lack one of o.Needs are skipped, with the reason.
func EachWith(t *testing.T, o Options, test func(t *testing.T, s *Server)) {
	t.Helper()
	on(t, Kinds(), o, test)
}

// EachQuick runs the same test on the kinds that start in an instant and hold seed.ldif to the letter, over a plain line: memdir and slapd.
func EachQuick(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	EachQuickWith(t, Options{}, test)
}

// EachQuickWith is EachQuick with options.
func EachQuickWith(t *testing.T, o Options, test func(t *testing.T, s *Server)) {
	t.Helper()
	on(t, slices.DeleteFunc(Kinds(), func(k Kind) bool { return k.slow }), o, test)
}

// DirectoriesVariable names kinds, with commas between them, to run tests on these alone: for one's own patience, and never in CI.
const DirectoriesVariable = "WICKETGATE_DIRECTORIES"

func on(t *testing.T, kinds []Kind, o Options, test func(t *testing.T, s *Server)) {
	t.Helper()
	chosen := os.Getenv(DirectoriesVariable)
	for _, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			t.Parallel()
			if chosen != "" && os.Getenv("CI") != "true" && !slices.Contains(strings.Split(chosen, ","), k.Name) {
				t.Skip("!!! NOT TESTED: " + DirectoriesVariable + " is " + chosen)
			}
			if why := k.Lacking(o.Needs...); why != "" {
				t.Skip(why)
			}
			s := k.new(t, o)
			s.Kind = k
			test(t, s)
		})
	}
}
