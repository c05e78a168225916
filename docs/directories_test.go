package docs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// The rights that a page shows are those that every test on that kind of directory has, the behaviour suite and the records' too.
// What a kind lacks is said as its table has it.
func TestThePageOfADirectoryShowsTheRightsThatTheTestsHave(t *testing.T) {
	t.Parallel()
	pages := map[string]string{"slapd": "directories/openldap.md", "389ds": "directories/389ds.md", "samba": "directories/samba.md"}
	for _, k := range ldaptest.Kinds() {
		if pages[k.Name] == "" { // the directory in memory
			continue
		}
		text := read(t, "docs/"+pages[k.Name])
		for _, line := range strings.Split(strings.TrimSpace(inConfig(k.Rights)), "\n") {
			if k.Rights != "" && !strings.Contains(text, "\n"+line+"\n") { // Samba's are in deploy/acl, and held there
				t.Errorf("%s lacks the line\n%s", pages[k.Name], line)
			}
		}
		for feature, why := range k.Lacks {
			if line := fmt.Sprintf("- %s: %s", feature, why); !strings.Contains(text, line) {
				t.Errorf("%s lacks the line\n%s", pages[k.Name], line)
			}
		}
		if !strings.Contains(text, "preset: "+k.Preset+"\n") {
			t.Errorf("%s does not name the preset %s", pages[k.Name], k.Preset)
		}
	}
}

// inConfig turns rules of slapd.conf into those of cn=config.
func inConfig(rights string) string {
	n := 0
	lines := strings.Split(rights, "\n")
	for i, line := range lines {
		if rule, ok := strings.CutPrefix(line, "access to "); ok {
			lines[i] = fmt.Sprintf("olcAccess: {%d}to %s", n, rule)
			n++
		}
	}
	return strings.Join(lines, "\n")
}
