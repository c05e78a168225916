package docs_test

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/templates"
)

var (
	sampleBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```")
	whole       = regexp.MustCompile(`(?m)^public_url:`)
)

// TestEverySampleOfAConfigurationIsUnderstood loads every fenced piece of YAML: a whole configuration by itself, a part laid over what stands before it on
// the page, or over the configuration in README.md; colours as a theme. Files that a sample names need not be there; everything else must be right.
func TestEverySampleOfAConfigurationIsUnderstood(t *testing.T) {
	t.Parallel()
	base := ""
	for _, m := range sampleBlock.FindAllStringSubmatch(read(t, "README.md"), -1) {
		if whole.MatchString(m[1]) {
			base = m[1]
		}
	}
	if base == "" {
		t.Fatal("README.md has no configuration any more")
	}
	loaded := 0
	for name, text := range files(t) {
		if name == "docs/reference/configuration.md" { // its blocks are spellings of one value
			continue
		}
		var samples []string
		if name == "deploy/wicketgate.yaml" {
			samples = append(samples, text)
		}
		if filepath.Ext(name) == ".md" {
			for _, m := range sampleBlock.FindAllStringSubmatch(text, -1) {
				samples = append(samples, m[1])
			}
		}
		page := base // parts of one page add up, as they do for its reader
		for _, sample := range samples {
			loaded++
			switch {
			case strings.HasPrefix(sample, "colours:"):
				theme := fstest.MapFS{"theme.yaml": {Data: []byte(sample)}}
				if _, err := templates.New(templates.Options{Theme: theme, Now: time.Now}); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				continue
			case whole.MatchString(sample):
				page = sample
			default:
				page = over(t, page, sample)
			}
			for _, p := range problems(t, name, page) {
				t.Errorf("%s\nin\n%s", p, page)
			}
		}
	}
	if loaded < 8 {
		t.Errorf("only %d samples were found", loaded)
	}
	if len(problems(t, "a wrong one", over(t, base, "sesions: {idle: 1h}\n"))) == 0 {
		t.Error("a sample with a wrong key would not be noticed")
	}
}

func problems(t *testing.T, name, text string) []config.Problem {
	t.Helper()
	_, err := config.Parse(name, []byte(text), func(string) (string, bool) { return "a value of the environment that is long enough", true })
	var broken *config.Error
	if err != nil && !errors.As(err, &broken) {
		t.Fatalf("%s: %v", name, err)
	}
	var bad []config.Problem
	if broken != nil {
		for _, p := range broken.Problems {
			if !p.Warning && !strings.HasSuffix(p.Want, "that can be read") && !strings.HasPrefix(p.Want, "a file that can be read") && !strings.HasPrefix(p.Want, "a folder that can be read") {
				bad = append(bad, p)
			}
		}
	}
	return bad
}

// over lays a part of a configuration over a whole one.
func over(t *testing.T, base, part string) string {
	t.Helper()
	var b, p map[string]any
	if err := errors.Join(yaml.Unmarshal([]byte(base), &b), yaml.Unmarshal([]byte(part), &p)); err != nil {
		t.Fatalf("%v\nin\n%s", err, part)
	}
	if state, ok := p["state"].(map[string]any); ok && state["sql"] != nil {
		delete(b, "state") // records are in one place
	}
	text, err := yaml.Marshal(merge(b, p))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func merge(base, part map[string]any) map[string]any {
	for k, v := range part {
		inner, ok := v.(map[string]any)
		outer, both := base[k].(map[string]any)
		if ok && both {
			v = merge(outer, inner)
		}
		base[k] = v
	}
	return base
}
