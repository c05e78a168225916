package main

import (
	"io/fs"
	"path/filepath"
	"sort"
	"strings"
)

// key is a text of the program.
type key struct {
	Context, ID, Plural string
}

// texts are all texts, with the files that say them.
type texts map[key][]string

func (t texts) add(k key, file string) {
	for _, f := range t[k] {
		if f == file {
			return
		}
	}
	t[k] = append(t[k], file)
}

// sorted lists the keys in the order of the catalogues: by the first file, then by text.
func (t texts) sorted() []key {
	keys := make([]key, 0, len(t))
	for k, files := range t {
		sort.Strings(files)
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := keys[i], keys[j]
		if fa, fb := t[a][0], t[b][0]; fa != fb {
			return fa < fb
		}
		if a.ID != b.ID {
			return a.ID < b.ID
		}
		return a.Context < b.Context
	})
	return keys
}

// scan collects the texts of the module at root: in Go files other than tests (scan_go.go), and in HTML and text
// templates (scan_templates.go).
func scan(root string) (texts, error) {
	found := texts{}
	code := &program{dirs: map[string]*folder{}, exported: map[string]int{}}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return filepath.SkipDir
			}
			return nil
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		relative = filepath.ToSlash(relative)
		switch {
		case strings.HasSuffix(name, "_test.go"):
			return nil
		case strings.HasSuffix(name, ".go"):
			return code.parse(path, relative)
		case strings.HasPrefix(relative, "templates/html/"), strings.HasPrefix(relative, "templates/mail/"):
			return scanTemplate(path, relative, found)
		}
		return nil
	})
	if err == nil {
		code.texts(found)
	}
	return found, err
}

// shapes says where the texts are among the arguments of a call.
var shapes = map[string]struct{ context, id, plural int }{
	"M": {-1, 0, -1}, "MN": {-1, 0, 1}, "MC": {0, 1, -1},
	"T": {-1, 0, -1}, "N": {-1, 0, 1}, "C": {0, 1, -1},
	"t": {-1, 0, -1}, "tn": {-1, 0, 1}, "tc": {0, 1, -1},
}
