// Command extract brings the catalogues up to date with the texts of the program: new ones are added without translation, those nobody
// says any more are dropped, translations stay. Run it with "go generate ./templates/i18n"; it reports what is to be translated.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root, err := moduleRoot()
	if err == nil {
		err = update(root, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "extract:", err)
		os.Exit(1)
	}
}

// update rewrites the catalogues of the module at root.
func update(root string, report *os.File) error {
	found, err := scan(root)
	if err != nil {
		return err
	}
	for _, c := range languages() {
		name := filepath.Join(root, "templates", "i18n", c.language+".po")
		data, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		c.read(data)
		if err := os.WriteFile(name, []byte(c.write(found)), 0o644); err != nil { //nolint:gosec // Source code.
			return err
		}
		if missing := c.missing(found); c.language != "en" && len(missing) > 0 {
			fmt.Fprintf(report, "%s.po: %d of %d texts have no translation\n", c.language, len(missing), len(found))
			for _, k := range missing {
				fmt.Fprintf(report, "  %q\n", k.ID)
			}
		}
	}
	return nil
}

// moduleRoot is the folder of go.mod above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("there is no go.mod above the working directory")
		}
		dir = parent
	}
}
