package housetest

import (
	_ "embed"
	"strings"
)

// What the configuration holds in every test.
const (
	MasterSecret = "the master secret of the tests, which is long enough"
	AppID        = "app"
	AppName      = "The application"
	AppSecret    = "the-secret-of-the-application-in-tests"
	AppCallback  = "https://app.example.org/callback"
)

//go:embed wicketgate.yaml
var standard string

// withKeys replaces the top-level keys of one configuration by those of another, and appends the ones that are new.
func withKeys(base, changes string) string {
	var names []string
	parts := map[string]string{}
	for _, text := range []string{base, changes} {
		key := ""
		for line := range strings.Lines(text) {
			if name, _, ok := strings.Cut(line, ":"); ok && strings.TrimLeft(name, " #\t-\n") == name && name != "" {
				if key = name; parts[key] == "" {
					names = append(names, key)
				}
				parts[key] = ""
			}
			parts[key] += line
		}
	}
	var out strings.Builder
	for _, name := range names {
		out.WriteString(strings.TrimRight(parts[name], "\n") + "\n")
	}
	return out.String()
}
