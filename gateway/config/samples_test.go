package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/config"
)

// block is a fenced piece of YAML in Markdown.
var block = regexp.MustCompile("(?ms)^```ya?ml\n(.*?)^```")

// TestEverySampleInTheDocumentationLoads takes each file, and each fenced block, that is a whole configuration: it has a public_url. Secrets and
// certificates that it names need not be there.
func TestEverySampleInTheDocumentationLoads(t *testing.T) {
	t.Parallel()
	found := 0
	try := func(name, text string) {
		if !regexp.MustCompile(`(?m)^public_url:`).MatchString(text) {
			return
		}
		found++
		_, err := config.Parse(name, []byte(text), func(string) (string, bool) { return goodSecret, true })
		var broken *config.Error
		if err != nil && !errors.As(err, &broken) {
			t.Error(err)
		}
		if broken == nil {
			return
		}
		for _, p := range broken.Problems {
			if !p.Warning && !strings.HasPrefix(p.Want, "a file that can be read") && !strings.HasPrefix(p.Want, "a folder that can be read") {
				t.Error(p)
			}
		}
	}
	for _, root := range []string{"../../README.md", "../../docs", "../../deploy"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) || err == nil && d.IsDir() {
				return nil
			}
			if err != nil {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			switch filepath.Ext(path) {
			case ".yaml", ".yml":
				try(path, string(text))
			case ".md":
				for _, m := range block.FindAllStringSubmatch(string(text), -1) {
					try(path, m[1])
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	t.Logf("%d samples", found)
	// The reader itself, so that the test cannot pass by finding nothing.
	try("starting file", config.Starter())
	if m := block.FindStringSubmatch("text\n```yaml\npublic_url: x\n```\n"); m == nil || m[1] != "public_url: x\n" || found == 0 {
		t.Error("samples are not found any more")
	}
}
