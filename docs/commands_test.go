package docs_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// commands are those of the command line, in the order of its help.
func commands() []string {
	return []string{"", "demo", "serve", "check", "client", "client add", "client list", "client show", "client edit", "client rotate-secret", "client remove", "client invite", "client uninvite",
		"session", "session list", "session revoke", "consent", "consent list", "consent revoke", "key", "key list", "key rotate", "config", "config presets", "testserver", "version"}
}

// help returns what each command says of itself, asking the program once.
func help(t *testing.T) map[string]string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "wicketgate")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/wicketgate").CombinedOutput(); err != nil {
		t.Fatalf("building the program: %v\n%s", err, out)
	}
	texts := map[string]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for _, command := range commands() {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), binary, append(strings.Fields(command), "--help")...)
			cmd.Env = append(os.Environ(), "COLUMNS=100")
			out, err := cmd.Output()
			mu.Lock()
			defer mu.Unlock()
			if texts[command] = string(out); err != nil {
				t.Errorf("wicketgate %s --help: %v", command, err)
			}
		})
	}
	all.Wait()
	return texts
}

const commandsPage = "docs/reference/commands.md"

func page(help map[string]string) string {
	var b strings.Builder
	b.WriteString("# Commands\n\n<!-- Made by: UPDATE_DOCS=1 go test ./docs -->\n\nWhat each command says when it is asked with `--help`.\n")
	for _, command := range commands() {
		fmt.Fprintf(&b, "\n## %s\n\n```text\n%s```\n", strings.TrimSpace("wicketgate "+command), help[command])
	}
	return b.String()
}

var (
	// called is a command as it stands in a text: behind the prompt-less start of a line, in backquotes, in a unit file, or in quotes.
	called  = regexp.MustCompile("(?:^|[`\"'(/ =])wicketgate((?: +[a-z]+)?(?: +(?:presets|add|list|show|edit|rotate-secret|remove|invite|uninvite|revoke|rotate))?)((?: +[^`\"'\\s#)|>&;]+)*)")
	listed  = regexp.MustCompile(`^  ([a-z][a-z -]*[a-z])  +\S`)
	code    = regexp.MustCompile("`[^`\n]+`|(?m)^(?:    |\t).+$|^ExecStart=.+$")
	flag    = regexp.MustCompile(`--[a-z][a-z-]*|(?:^| )-[a-z]\b`)
	command = regexp.MustCompile(`^[a-z]+$`)
)

// TestEveryCommandAndFlagInTheDocumentationExists looks at code only: text speaks of Wicketgate in many ways.
func TestEveryCommandAndFlagInTheDocumentationExists(t *testing.T) {
	t.Parallel()
	texts := help(t)
	for name, text := range texts { // a command that is new has to stand in commands()
		_, below, _ := strings.Cut(text, "\nCommands:\n")
		for _, line := range strings.Split(below, "\n") {
			if m := listed.FindStringSubmatch(line); m != nil && texts[m[1]] == "" {
				t.Errorf("wicketgate %s --help lists %q, which this test does not know", name, m[1])
			}
		}
	}
	want := page(texts)
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(filepath.Join(root, commandsPage), []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, commandsPage) != want {
		t.Errorf("%s is not what the commands say: run UPDATE_DOCS=1 go test ./docs", commandsPage)
	}
	found := 0
	for name, text := range files(t) {
		if name == commandsPage {
			continue
		}
		for _, c := range check(texts, text) {
			found++
			if c.wrong != "" {
				t.Errorf("%s: %s: %s", name, c.text, c.wrong)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d commands were found", found)
	}
	for _, wrong := range []string{"`wicketgate serv`", "    wicketgate serve --confg x", "`wicketgate config preset`"} {
		if got := check(texts, wrong); len(got) != 1 || got[0].wrong == "" {
			t.Errorf("%s would not be noticed: %+v", wrong, got)
		}
	}
}

type use struct{ text, wrong string }

func check(help map[string]string, text string) []use {
	var found []use
	var pieces []string
	for _, block := range fence.FindAllString(text, -1) {
		for line := range strings.SplitSeq(block, "\n") {
			if strings.HasPrefix(line, "wicketgate ") {
				pieces = append(pieces, line)
			}
		}
	}
	pieces = append(pieces, code.FindAllString(fence.ReplaceAllString(text, ""), -1)...)
	for _, piece := range pieces {
		for _, m := range called.FindAllStringSubmatch(strings.Trim(piece, "`"), -1) {
			name, args := strings.Join(strings.Fields(m[1]), " "), m[2]
			if name == "" {
				continue // the program's name alone, or a path
			}
			u := use{text: strings.TrimSpace(m[0])}
			known, ok := help[name]
			switch {
			case !ok:
				u.wrong = "there is no such command"
			case name == "config" && command.MatchString(strings.TrimSpace(args)):
				u.wrong = "config takes no such word"
			}
			for _, f := range flag.FindAllString(args, -1) {
				if f = strings.TrimSpace(f); ok && !regexp.MustCompile(`(?m)(^|[ ,])`+f+`([,= \n]|$)`).MatchString(strings.ReplaceAll(known, "--[no-]", "--")) {
					u.wrong = "it takes no " + f
				}
			}
			found = append(found, u)
		}
	}
	return found
}
