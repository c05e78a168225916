package docs_test

import (
	"io"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
)

// same fails the test for what one list has and the other has not.
func same(t *testing.T, page string, listed, real []string) {
	t.Helper()
	if len(real) == 0 {
		t.Errorf("the program has none of what %s lists: the test looks in the wrong place", page)
	}
	for _, name := range real {
		if !slices.Contains(listed, name) {
			t.Errorf("%s does not have %s", page, name)
		}
	}
	for _, name := range listed {
		if !slices.Contains(real, name) {
			t.Errorf("%s has %s, which the program does not", page, name)
		}
	}
}

// column returns the first cell of each row of the tables of a page: what stands there in backquotes.
func column(text string) []string {
	var all []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)`").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestTheListOfMetricsIsComplete(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: "state: {sql: {file: " + filepath.Join(t.TempDir(), "state.db") + "}}\n"})
	g.SignIn(t, "ada")
	answer := httptest.NewRecorder()
	g.Replicas[0].Metrics().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	body, _ := io.ReadAll(answer.Body)
	real := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (wicketgate_\w+)`).FindAllStringSubmatch(string(body), -1) {
		real[m[1]] = true
	}
	same(t, "docs/reference/metrics.md", column(read(t, "docs/reference/metrics.md")), slices.Collect(maps.Keys(real)))
}

// TestTheListOfAuditLinesIsComplete takes the names from the one list of actions, as far as something writes them.
func TestTheListOfAuditLinesIsComplete(t *testing.T) {
	t.Parallel()
	constant := regexp.MustCompile(`(?m)^\s*([A-Z]\w*)\s+Action = "(\w+)"`)
	used := regexp.MustCompile(`\baudit\.([A-Z]\w*)`)
	written := map[string]bool{}
	for _, text := range sources(t, "gateway", "selfservice", "cmd") {
		for _, m := range used.FindAllStringSubmatch(text, -1) {
			written[m[1]] = true
		}
	}
	var real []string
	for _, m := range constant.FindAllStringSubmatch(read(t, "gateway/audit/actions.go"), -1) {
		if written[m[1]] {
			real = append(real, m[2])
		}
	}
	same(t, "docs/reference/audit.md", column(read(t, "docs/reference/audit.md")), real)
}

// sources are the Go files below some places, without tests.
func sources(t *testing.T, places ...string) []string {
	t.Helper()
	var texts []string
	for _, place := range places {
		err := filepath.WalkDir(filepath.Join(root, place), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			texts = append(texts, string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

// TestTheListOfAddressesIsComplete reads the routes out of the source, where each stands as one text, or as a constant whose name begins with "path".
func TestTheListOfAddressesIsComplete(t *testing.T) {
	t.Parallel()
	route := regexp.MustCompile(`"(?:GET|POST|OPTIONS) (/[^"]*)"`)
	constant := regexp.MustCompile(`(?m)^\s*(?:const )?[pP]ath[A-Z]\w*\s*= "(/[^"]*)"`)
	real := map[string]bool{}
	for _, text := range sources(t, "gateway/oidc", "selfservice", "gateway/routes.go") {
		for _, m := range append(route.FindAllStringSubmatch(text, -1), constant.FindAllStringSubmatch(text, -1)...) {
			real[strings.ReplaceAll(m[1], "{$}", "")] = true
		}
	}
	same(t, "docs/reference/urls.md", column(read(t, "docs/reference/urls.md")), slices.Collect(maps.Keys(real)))
}
