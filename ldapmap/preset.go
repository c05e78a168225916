package ldapmap

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed presets/*.yaml
var presetFiles embed.FS

// Presets returns the names of the presets.
func Presets() []string {
	entries, err := fs.ReadDir(presetFiles, "presets")
	if err != nil {
		panic(err) // they are embedded
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return names
}

// PresetText returns the file of a preset, comments and all.
func PresetText(name string) (string, error) {
	if !slices.Contains(Presets(), name) {
		hint := didYouMean(name, Presets())
		if hint != "" {
			hint = "; " + hint
		}
		return "", fmt.Errorf("there is no preset %q, wanted %s%s", clip(name), list(Presets()), hint)
	}
	text, err := presetFiles.ReadFile("presets/" + name + ".yaml")
	return string(text), err
}

// Preset returns the Spec of a preset: only defaults, to lay the administrator's own over (Spec.Over). It has no bases.
func Preset(name string) (Spec, error) {
	text, err := PresetText(name)
	if err != nil {
		return Spec{}, err
	}
	var s Spec
	if err := yaml.UnmarshalWithOptions([]byte(text), &s, yaml.Strict()); err != nil {
		return Spec{}, fmt.Errorf("preset %s: %w", name, err)
	}
	return s, nil
}
