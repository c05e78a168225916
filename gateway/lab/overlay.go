package lab

import "strings"

// Overlay replaces the top-level keys of one configuration by those of another, and appends the ones that are new. Both are YAML in block style.
func Overlay(base, changes string) string {
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
