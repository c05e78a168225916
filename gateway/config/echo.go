package config

import (
	"slices"
	"strings"
)

// dropEchoes takes out of the problems from index first on those that are only the echo of one before it: a value that could not be read, or a key
// that is misspelt, would otherwise be complained about a second time, as missing. Everything else stays, so that the list is read once.
func (r *report) dropEchoes(first int) {
	broken := slices.DeleteFunc(slices.Clone(r.unread), func(key string) bool { return r.lines[key] > 0 }) // it stands there besides
	for _, p := range r.problems[:first] {
		broken = append(broken, p.Key)
	}
	kept := slices.DeleteFunc(slices.Clone(r.problems[first:]), func(p Problem) bool {
		return slices.ContainsFunc(broken, func(key string) bool { return echoes(p, key) })
	})
	r.problems = append(r.problems[:first:first], kept...)
}

// echoes tells whether p may be there only because what stands at the key broken was not read.
func echoes(p Problem, broken string) bool {
	if broken == "" || within(p.Key, broken) || within(broken, p.Key) {
		return true
	}
	if field, is := strings.CutPrefix(broken, "directory.users.attributes."); is {
		field, _, _ = strings.Cut(field, ".")
		if p.Found == field || within(p.Key, "directory.users.attributes."+field) {
			return true
		}
	}
	// Rules are compared with the mapping, which is not as it was meant.
	ofMapping := within(broken, "directory.users") || within(broken, "directory.groups") || within(broken, "directory.preset") || broken == "directory"
	return ofMapping && (p.Key == "admin_group" || within(p.Key, "policy"))
}

// within tells whether key is the key above or stands below it.
func within(key, above string) bool {
	rest, is := strings.CutPrefix(key, above)
	return is && above != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
