// Command gen writes docs/reference/configuration.md; with -check it only says whether the file is current. It is started in the
// module's root or, by go generate, in gateway/config.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/wicketgate/wicketgate/gateway/config/reference"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail if the file is not current")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	root := "."
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		root = filepath.Join("..", "..")
	}
	text, err := reference.Generate(root)
	if err != nil {
		return err
	}
	path := filepath.Join(root, reference.File)
	if !check {
		return os.WriteFile(path, []byte(text), 0o644)
	}
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if string(old) != text {
		return fmt.Errorf("%s is not current: run go generate ./gateway/config", reference.File)
	}
	return nil
}
