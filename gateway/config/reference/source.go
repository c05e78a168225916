package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
)

// Source is the structs of some packages, with their comments.
type Source struct {
	types map[string]*ast.TypeSpec // by "package.Type"
}

// Field is a field of a struct as its reader outside of Go knows it.
type Field struct {
	Key   string // what the tag says
	Words string // the comment, in words that need no Go
	Type  ast.Expr
}

// Read reads the Go files of some folders below the module's root, without tests.
func Read(root string, dirs ...string) (*Source, error) {
	s := &Source{types: map[string]*ast.TypeSpec{}}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("there are no Go files in %s", dir)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				return nil, fmt.Errorf("reading the comments: %w", err)
			}
			s.declared(f)
		}
	}
	return s, nil
}

func (s *Source) declared(f *ast.File) {
	for _, d := range f.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range decl.Specs {
			if t, ok := spec.(*ast.TypeSpec); ok {
				if t.Doc == nil {
					t.Doc = decl.Doc
				}
				s.types[f.Name.Name+"."+t.Name.Name] = t
			}
		}
	}
}

// Fields returns the fields of a struct ("package.Type") that have the tag, with those of the structs embedded in it. Errors: no such struct; a field
// without a comment.
func (s *Source) Fields(of, tag string) ([]Field, error) {
	spec := s.types[of]
	if spec == nil {
		return nil, fmt.Errorf("the type %s is not to be found", of)
	}
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("the type %s is not a struct", of)
	}
	var fields []Field
	names := goNames(st, tag)
	for _, f := range st.Fields.List {
		if inner, ok := f.Type.(*ast.Ident); ok && len(f.Names) == 0 {
			pkg, _, _ := strings.Cut(of, ".")
			more, err := s.Fields(pkg+"."+inner.Name, tag)
			if err != nil {
				return nil, err
			}
			fields = append(fields, more...)
			continue
		}
		key, _, _ := strings.Cut(keyOf(f, tag), ",")
		if key == "" {
			continue
		}
		text := comment(f)
		if text == "" {
			return nil, fmt.Errorf("%s.%s has no comment", of, f.Names[0].Name)
		}
		fields = append(fields, Field{Key: key, Words: sentence(text, f.Names[0].Name, names), Type: f.Type})
	}
	return fields, nil
}

// keyOf is what the tag of a field says, or "".
func keyOf(f *ast.Field, tag string) string {
	if f.Tag == nil {
		return ""
	}
	key := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get(tag)
	if key == "-" {
		return ""
	}
	return key
}

// goNames are the keys of a struct by the names that its fields have in Go, which stand in the comments.
func goNames(s *ast.StructType, tag string) map[string]string {
	names := map[string]string{}
	for _, f := range s.Fields.List {
		if key, _, _ := strings.Cut(keyOf(f, tag), ","); key != "" && len(f.Names) > 0 {
			names[f.Names[0].Name] = key
		}
	}
	return names
}

func comment(f *ast.Field) string {
	text := f.Doc.Text()
	if text == "" {
		text = f.Comment.Text()
	}
	return strings.Join(strings.Fields(text), " ")
}

var (
	subject = regexp.MustCompile(`^[A-Z]\w*(, [A-Z]\w*)*( and [A-Z]\w*)? (is |are )?`)
	word    = regexp.MustCompile(`\b[A-Z]\w+\b:?`)
)

// sentence turns a Go comment into words for administrators: "Listen is the address" becomes "The address", and other fields go by their keys.
func sentence(text, name string, names map[string]string) string {
	if loc := subject.FindStringIndex(text); loc != nil && strings.Contains(text[:loc[1]], name) {
		text = text[loc[1]:]
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	var b strings.Builder
	last := 0
	for _, loc := range word.FindAllStringIndex(text, -1) {
		w := text[loc[0]:loc[1]]
		key, known := names[w]
		begins := loc[0] == 0 || strings.HasSuffix(text[:loc[0]], ". ") // then it is an ordinary word
		if !known || begins || w == strings.ToUpper(w) {
			continue
		}
		b.WriteString(text[last:loc[0]] + "`" + key + "`")
		last = loc[1]
	}
	return b.String() + text[last:]
}
