package templates

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// tokens reads the colours of one scheme from the style sheet.
func tokens(t *testing.T, css string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(css, -1) {
		found[m[1]] = m[2]
	}
	if len(found) < 15 {
		t.Fatalf("found only %d colours", len(found))
	}
	return found
}

// TestEverythingCanBeReadInLightAndDark computes the contrasts of WCAG 2.2: 4.5 for text (1.4.3), 3 for what shows a control or the
// focus (1.4.11).
func TestEverythingCanBeReadInLightAndDark(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("css/1-colours.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(data), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("there is no dark scheme")
	}
	for scheme, css := range map[string]string{"light": light, "dark": dark} {
		c := tokens(t, css)
		for _, pair := range []struct {
			front, back string
			least       float64
		}{
			{"ink", "paper", 4.5}, {"ink", "ground", 4.5}, {"ink", "stone", 4.5}, {"ink", "glow", 4.5}, {"ink", "note-soft", 4.5}, {"ink", "done-soft", 4.5}, {"ink", "warn-soft", 4.5}, {"ink", "danger-soft", 4.5},
			{"muted", "paper", 4.5}, {"muted", "ground", 4.5}, {"muted", "note-soft", 4.5},
			{"accent", "paper", 4.5}, {"accent", "ground", 4.5}, {"accent", "note-soft", 4.5}, {"on-accent", "accent", 4.5}, {"accent", "warn-soft", 4.5},
			{"danger", "paper", 4.5}, {"danger", "ground", 4.5}, {"danger", "danger-soft", 4.5}, {"paper", "danger", 4.5}, {"warn", "warn-soft", 4.5},
			{"on-gate", "gate", 4.5},
			{"line", "paper", 3}, {"line", "ground", 3}, {"focus", "paper", 3}, {"focus", "ground", 3}, {"focus", "stone", 3}, {"lamp", "gate", 3}, {"focus", "note-soft", 3},
		} {
			if ratio := contrast(c[pair.front], c[pair.back]); ratio < pair.least {
				t.Errorf("%s: %s on %s has contrast %.2f, needs %.1f", scheme, pair.front, pair.back, ratio, pair.least)
			}
		}
		if scheme == "light" && c["paper"] != lightPaper || scheme == "dark" && (c["paper"] != darkPaper || c["on-accent"] != onAccentDark) {
			t.Errorf("%s: the colours a theme's accent is measured against are not those of the style sheet", scheme)
		}
	}
	if got := contrast("#000000", "#ffffff"); got != 21 {
		t.Errorf("black on white is %v", got)
	}
}
