package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// piece is a fenced piece of a program.
var piece = regexp.MustCompile("(?ms)^```(go|python)\n(.*?)^```")

// TestEveryPieceOfAProgramIsOneThatRuns looks for each piece of Go and Python in the examples, whose tests run with all others: to the letter, but for where
// it stands.
func TestEveryPieceOfAProgramIsOneThatRuns(t *testing.T) {
	t.Parallel()
	programs := map[string]string{}
	for _, pattern := range []string{"examples/go/*.go", "examples/pytest/*.py"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("there is no %s", pattern)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			programs[strings.TrimPrefix(filepath.Ext(name), ".")] += string(text)
		}
	}
	found := 0
	for name, text := range files(t) {
		for _, m := range piece.FindAllStringSubmatch(text, -1) {
			found++
			if program := programs[map[string]string{"go": "go", "python": "py"}[m[1]]]; !strings.Contains(program, m[2]) {
				t.Errorf("%s shows what is in no example:\n%s", name, m[2])
			}
		}
	}
	if found < 4 {
		t.Errorf("only %d pieces were found", found)
	}
	if strings.Contains(programs["go"], "g := gatewaytest.Begin(t)") || programs["py"] == "" {
		t.Error("a piece that is in no example would not be noticed")
	}
}
