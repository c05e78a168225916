package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a configuration file. A real one has a few kilobytes and is nested about six deep.
const (
	maxFile   = 1 << 20 // bytes
	maxDepth  = 20      // mappings and lists within each other
	maxColumn = 1000    // where a line may begin to say something
)

// Load reads, expands, checks and compiles a configuration file. getenv looks environment variables up (os.LookupEnv). The error is an *Error
// with all problems, or says why the file cannot be read.
func Load(path string, getenv func(string) (string, bool)) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, data, getenv)
}

// Parse is Load for a file that was read already. name stands in the problems; relative paths in the file start from name's folder.
func Parse(name string, data []byte, getenv func(string) (string, bool)) (*Config, error) {
	r := &report{file: name, lines: map[string]int{}}
	c := &Config{folder: filepath.Dir(name)}
	if root := tree(r, data); root != nil {
		originals := expand(r, root, getenv)
		d := &decoder{report: r, originals: originals}
		d.mapping("", root, reflect.ValueOf(c).Elem())
		read := len(r.problems)
		c.resolve(r)
		r.dropEchoes(read)
	}
	warnings, err := r.result()
	if err != nil {
		return nil, err
	}
	c.Warnings = warnings
	return c, nil
}

// tree parses the file; nil after a problem.
func tree(r *report, data []byte) ast.Node {
	if len(data) > maxFile {
		r.add(Problem{Want: fmt.Sprintf("a file of at most %d bytes", maxFile)})
		return nil
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	tokens := lexer.Tokenize(text)
	// Before the parser, which recurses, sees it.
	if !bounded(r, tokens) {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are found in decode.go, all of them
	if err != nil {
		syntax(r, err)
		return nil
	}
	var root ast.Node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			r.add(Problem{Line: doc.Body.GetToken().Position.Line, Want: "one document", Hint: "--- begins a second one"})
			return nil
		}
		root = doc.Body
	}
	switch root.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return root
	case nil:
		r.add(Problem{Want: "a configuration", Hint: "the file is empty; `wicketgate config` prints one to start from"})
	default:
		r.add(Problem{Line: 1, Want: "keys and values, such as public_url: https://id.example.org"})
	}
	return nil
}

// bounded refuses what is nested too deeply, and anchors and aliases, by which a small file can become a huge one.
func bounded(r *report, tokens token.Tokens) bool {
	flow, line, inLine := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, inLine = t.Position.Line, 0
			if t.Position.Column > maxColumn {
				r.add(Problem{Line: line, Want: fmt.Sprintf("lines that begin before column %d", maxColumn)})
				return false
			}
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType:
			inLine++
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			r.add(Problem{Line: line, Found: t.Value, Want: "the value itself", Hint: "anchors, aliases and merges are not taken"})
			return false
		}
		if flow > maxDepth || flow == 0 && inLine > maxDepth {
			r.add(Problem{Line: line, Want: fmt.Sprintf("at most %d lists and mappings within each other", maxDepth)})
			return false
		}
	}
	return true
}

// syntax reports a parser's error with its line, but without go-yaml's excerpt of the file, which could show a secret.
func syntax(r *report, err error) {
	var e yaml.Error
	if errors.As(err, &e) && e.GetToken() != nil {
		r.add(Problem{Line: e.GetToken().Position.Line, Want: "YAML", Hint: e.GetMessage()})
		return
	}
	r.add(Problem{Want: "YAML", Hint: "it cannot be parsed"})
}
