package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
)

// A text for people is, in Go,
//
//   - the argument of i18n.M, i18n.MN and i18n.MC, and of T, N and C of a Locale;
//   - the argument of any function whose parameter is called words: fault.Say, and the small helpers that packages make of it
//     (an exported one anywhere in the module, another one in its own folder);
//   - the field Words of a composite literal, and the argument of a helper called msg;
//   - what a function called Label returns.
//
// It is written out, or the name of a constant of the same folder.

// program is the Go code of the module.
type program struct {
	dirs     map[string]*folder
	exported map[string]int // Exported functions with a parameter called words, and its place.
}

// folder is the Go code of one folder.
type folder struct {
	files     map[string]*ast.File
	constants map[string]string
	sayers    map[string]int // As program.exported, for the functions of this folder.
}

// parse reads one file and what of it matters to others.
func (p *program) parse(file, relative string) error {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("reading the texts of %s: %w", relative, err)
	}
	dir := p.dirs[path.Dir(relative)]
	if dir == nil {
		dir = &folder{files: map[string]*ast.File{}, constants: map[string]string{}, sayers: map[string]int{}}
		p.dirs[path.Dir(relative)] = dir
	}
	dir.files[relative] = tree
	ast.Inspect(tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "msg" {
				dir.sayers["msg"] = 0
			}
			if at, ok := wordsParameter(n.Type); ok {
				dir.sayers[n.Name.Name] = at
				if n.Name.IsExported() {
					p.exported[n.Name.Name] = at
				}
			}
		case *ast.AssignStmt: // refuse := func(words string) …
			for i, right := range n.Rhs {
				literal, ok := right.(*ast.FuncLit)
				if !ok || i >= len(n.Lhs) {
					continue
				}
				if name, ok := n.Lhs[i].(*ast.Ident); ok {
					if at, ok := wordsParameter(literal.Type); ok {
						dir.sayers[name.Name] = at
					}
				}
			}
		case *ast.GenDecl:
			if n.Tok == token.CONST {
				dir.constant(n)
			}
		}
		return true
	})
	return nil
}

func (d *folder) constant(decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		values := spec.(*ast.ValueSpec)
		for i, name := range values.Names {
			if i < len(values.Values) {
				if text, ok := literal(values.Values[i]); ok {
					d.constants[name.Name] = text
				}
			}
		}
	}
}

// wordsParameter is the place of a parameter called words.
func wordsParameter(f *ast.FuncType) (int, bool) {
	at := 0
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			if name.Name == "words" {
				kind, ok := field.Type.(*ast.Ident)
				return at, ok && kind.Name == "string"
			}
			at++
		}
	}
	return 0, false
}

// texts collects what is said, once every file is parsed.
func (p *program) texts(found texts) {
	for _, dir := range p.dirs {
		for relative, file := range dir.files {
			inI18n := file.Name.Name == "i18n"
			ast.Inspect(file, func(node ast.Node) bool {
				switch n := node.(type) {
				case *ast.CallExpr:
					if k, ok := p.call(dir, n, inI18n); ok {
						found.add(k, relative)
					}
				case *ast.FuncDecl:
					if n.Name.Name == "Label" {
						dir.returned(n, relative, found)
					}
				case *ast.KeyValueExpr:
					if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Words" {
						if text, ok := dir.text(n.Value); ok {
							found.add(key{ID: text}, relative)
						}
					}
				}
				return true
			})
		}
	}
}

// returned collects the literals that a function returns.
func (d *folder) returned(function *ast.FuncDecl, relative string, found texts) {
	ast.Inspect(function, func(node ast.Node) bool {
		if r, ok := node.(*ast.ReturnStmt); ok && len(r.Results) == 1 {
			if text, ok := d.text(r.Results[0]); ok {
				found.add(key{ID: text}, relative)
			}
		}
		return true
	})
}

// call is the text of a call, if it says one.
func (p *program) call(dir *folder, call *ast.CallExpr, inI18n bool) (key, bool) {
	name, receiver := "", ""
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = fun.Sel.Name
		if x, ok := fun.X.(*ast.Ident); ok {
			receiver = x.Name
		}
	case *ast.Ident:
		name = fun.Name
	}
	if at, ok := p.sayer(dir, name); ok {
		if at >= len(call.Args) {
			return key{}, false
		}
		text, ok := dir.text(call.Args[at])
		return key{ID: text}, ok
	}
	shape, ok := shapes[name]
	// The functions M… are those of package i18n; T, N and C are methods of a Locale, whatever it is called.
	_, method := call.Fun.(*ast.SelectorExpr)
	ours := inI18n || receiver == "i18n" || method && name != "" && name[0] != 'M'
	if !ok || !ours || name[0] > 'Z' {
		return key{}, false
	}
	complete := true
	argument := func(i int) string {
		if i < 0 {
			return ""
		}
		if i >= len(call.Args) {
			complete = false
			return ""
		}
		text, ok := dir.text(call.Args[i])
		complete = complete && ok
		return text
	}
	k := key{argument(shape.context), argument(shape.id), argument(shape.plural)}
	return k, complete
}

func (p *program) sayer(dir *folder, name string) (int, bool) {
	if at, ok := dir.sayers[name]; ok {
		return at, true
	}
	at, ok := p.exported[name]
	return at, ok
}

// text evaluates a literal or a constant of the folder.
func (d *folder) text(e ast.Expr) (string, bool) {
	if name, ok := e.(*ast.Ident); ok {
		text, ok := d.constants[name.Name]
		return text, ok
	}
	text, ok := literal(e)
	return text, ok && text != ""
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
