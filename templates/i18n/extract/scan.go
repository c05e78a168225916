package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"text/template/parse"
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

// scan collects the texts of the module at root: in Go files other than tests, and in HTML and text templates.
func scan(root string) (texts, error) {
	found := texts{}
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
			return scanGo(path, relative, found)
		case strings.HasPrefix(relative, "templates/html/"), strings.HasPrefix(relative, "templates/mail/"):
			return scanTemplate(path, relative, found)
		}
		return nil
	})
	return found, err
}

// shapes says where the texts are among the arguments of a call.
var shapes = map[string]struct{ context, id, plural int }{
	"M": {-1, 0, -1}, "MN": {-1, 0, 1}, "MC": {0, 1, -1},
	"T": {-1, 0, -1}, "N": {-1, 0, 1}, "C": {0, 1, -1},
	"t": {-1, 0, -1}, "tn": {-1, 0, 1}, "tc": {0, 1, -1},
}

func scanGo(path, relative string, found texts) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("reading the texts of %s: %w", relative, err)
	}
	inI18n := file.Name.Name == "i18n"
	ast.Inspect(file, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			return true
		}
		var name string
		switch fun := call.Fun.(type) {
		case *ast.SelectorExpr:
			name = fun.Sel.Name
			if receiver, ok := fun.X.(*ast.Ident); strings.HasPrefix(name, "M") && (!ok || receiver.Name != "i18n") {
				return true
			}
		case *ast.Ident:
			if inI18n {
				name = fun.Name
			}
		}
		shape, ok := shapes[name]
		if !ok || name[0] > 'Z' {
			return true
		}
		argument := func(i int) (string, bool) {
			if i < 0 {
				return "", true
			}
			if i >= len(call.Args) {
				return "", false
			}
			return literal(call.Args[i])
		}
		context, ok1 := argument(shape.context)
		id, ok2 := argument(shape.id)
		plural, ok3 := argument(shape.plural)
		if ok1 && ok2 && ok3 && id != "" {
			found.add(key{context, id, plural}, relative)
		}
		return true
	})
	return nil
}

// literal evaluates a string literal or a sum of them.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		x, ok1 := literal(e.X)
		y, ok2 := literal(e.Y)
		return x + y, ok1 && ok2
	case *ast.ParenExpr:
		return literal(e.X)
	}
	return "", false
}

func scanTemplate(path, relative string, found texts) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	tree := parse.New(relative)
	tree.Mode = parse.SkipFuncCheck
	set := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(data), "", "", set); err != nil {
		return fmt.Errorf("reading the texts of %s: %w", relative, err)
	}
	for _, t := range set {
		if err := walk(t.Root, func(args []parse.Node) error { return templateCall(args, relative, found) }); err != nil {
			return err
		}
	}
	return nil
}

func templateCall(args []parse.Node, relative string, found texts) error {
	name, ok := args[0].(*parse.IdentifierNode)
	if !ok {
		return nil
	}
	shape, ok := shapes[name.Ident]
	if !ok {
		return nil
	}
	texts := make([]string, 2)
	for i := 0; i < 2 && i <= max(shape.id, shape.plural, shape.context); i++ {
		s, ok := (parse.Node)(nil), false
		if i+1 < len(args) {
			s = args[i+1]
		}
		text, ok := s.(*parse.StringNode)
		if !ok {
			return fmt.Errorf("%s: {{%s …}} needs the text itself, in quotes; for a Message use {{msg …}}", relative, name.Ident)
		}
		texts[i] = text.Text
	}
	k := key{ID: texts[shape.id]}
	if shape.context >= 0 {
		k.Context = texts[shape.context]
	}
	if shape.plural >= 0 {
		k.Plural = texts[shape.plural]
	}
	found.add(k, relative)
	return nil
}

// walk calls visit with the arguments of every command of a template.
func walk(node parse.Node, visit func([]parse.Node) error) error {
	each := func(nodes ...parse.Node) error {
		for _, n := range nodes {
			if err := walk(n, visit); err != nil {
				return err
			}
		}
		return nil
	}
	branch := func(b parse.BranchNode) error {
		if err := each(b.Pipe, b.List); err != nil || b.ElseList == nil {
			return err
		}
		return each(b.ElseList)
	}
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			return each(n.Nodes...)
		}
	case *parse.ActionNode:
		return each(n.Pipe)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			return each(n.Pipe)
		}
	case *parse.IfNode:
		return branch(n.BranchNode)
	case *parse.RangeNode:
		return branch(n.BranchNode)
	case *parse.WithNode:
		return branch(n.BranchNode)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			if err := visit(c.Args); err != nil {
				return err
			}
			if err := each(c.Args...); err != nil {
				return err
			}
		}
	}
	return nil
}
