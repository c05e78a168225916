package config

import (
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// variable is ${NAME}, ${NAME:-default}, or $${...}, which is the text ${...} itself.
var variable = regexp.MustCompile(`\$?\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}`)

// maxExpanded bounds what one value may become, in bytes.
const maxExpanded = 64 << 10

// expand puts environment variables into the scalars of the tree (never into keys, and never as YAML: a value stays one value). It
// returns what stood there before, since problems show the file's own text and not the value, which may be a secret.
func expand(r *report, root ast.Node, getenv func(string) (string, bool)) map[ast.Node]string {
	e := &expander{report: r, getenv: getenv, originals: map[ast.Node]string{}}
	ast.Walk(e, root)
	return e.originals
}

type expander struct {
	*report
	getenv    func(string) (string, bool)
	originals map[ast.Node]string
}

// Visit implements ast.Visitor.
func (e *expander) Visit(n ast.Node) ast.Visitor {
	switch v := n.(type) {
	case *ast.MappingValueNode:
		if v.Value != nil {
			ast.Walk(e, v.Value)
		}
		return nil
	case *ast.StringNode:
		v.Value = e.text(n, v.Value)
	case *ast.LiteralNode:
		v.Value.Value = e.text(n, v.Value.Value)
		return nil
	}
	return e
}

func (e *expander) text(n ast.Node, text string) string {
	if !strings.Contains(text, "${") {
		return text
	}
	expanded := variable.ReplaceAllStringFunc(text, func(match string) string {
		if strings.HasPrefix(match, "$$") {
			return match[1:]
		}
		m := variable.FindStringSubmatch(match)
		value, ok := e.getenv(m[1])
		switch {
		case ok && value != "":
			return value
		case m[2] != "":
			return m[3]
		}
		e.add(Problem{Line: n.GetToken().Position.Line, Key: keyOf(n), Found: match, Want: "an environment variable " + m[1] + " that has a value",
			Hint: "set it before the program starts, or write the value here"})
		return ""
	})
	if len(expanded) > maxExpanded {
		e.add(Problem{Line: n.GetToken().Position.Line, Key: keyOf(n), Found: text, Want: "a value of at most 65536 bytes"})
		return ""
	}
	e.originals[n] = text
	return expanded
}

// keyOf is the path of a node in the words of the other problems; go-yaml's begins with "$.".
func keyOf(n ast.Node) string { return strings.TrimPrefix(n.GetPath(), "$.") }
