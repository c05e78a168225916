// Package reference writes docs/reference/configuration.md from the comments of the structs that the configuration is read into, so that
// the documentation cannot fall behind the program. gateway/config/gen is its command; a test compares the file with what it would be.
package reference

import (
	"fmt"
	"go/ast"
	"strings"
)

// File is where the reference lies, from the module's root.
const File = "docs/reference/configuration.md"

const head = `# Configuration reference

<!-- Made from the comments in gateway/config, ldapmap and ldapmap/policy by: go generate ./gateway/config -->

One YAML file holds all of it; ` + "`wicketgate config`" + ` prints one to start from, ` + "`wicketgate check`" + ` proves one. A key that is not listed here is an
error, and so is a key that stands twice; all mistakes are told at once.

- **secret**: a text that is never shown. ` + "`NAME_file`" + ` beside it takes a file instead, whose last line end is left out.
- **time**: ` + "`30s`, `15m`, `12h`, `30d`" + `.
- **text or list**: one text, or several as ` + "`[a, b]`" + `.
- ` + "`${NAME}`" + ` in a value is an environment variable, ` + "`${NAME:-default}`" + ` one with a default, ` + "`$${NAME}`" + ` the text itself.
- Files are looked for from the folder of the configuration file.
`

// Generate returns the reference. root is the module's root.
func Generate(root string) (string, error) {
	source, err := Read(root, "gateway/config", "ldapmap", "ldapmap/policy")
	if err != nil {
		return "", err
	}
	g := &generator{types: source.types}
	g.out.WriteString(head)
	g.section("", "config", "Config", "")
	return g.out.String(), g.err
}

type generator struct {
	types map[string]*ast.TypeSpec // by "package.Type"
	out   strings.Builder
	err   error
}

// section writes the table of one struct, and then the sections below it.
func (g *generator) section(path, pkg, name, words string) {
	spec := g.types[pkg+"."+name]
	if spec == nil {
		g.err = fmt.Errorf("the type %s.%s is not to be found", pkg, name)
		return
	}
	s, ok := spec.Type.(*ast.StructType)
	if !ok {
		g.err = fmt.Errorf("the type %s.%s is not a struct", pkg, name)
		return
	}
	if path == "" {
		g.out.WriteString("\n## At the top\n\n")
	} else {
		fmt.Fprintf(&g.out, "\n## %s\n\n", path)
		if words != "" {
			g.out.WriteString(words + "\n\n")
		}
	}
	if yes := example(spec.Doc); yes != "" {
		g.out.WriteString("```yaml\n" + yes + "```\n\n")
	}
	g.out.WriteString("| key | value | |\n|---|---|---|\n")
	type below struct{ path, pkg, name, words string }
	var more []below
	names := goNames(s, "yaml")
	inherited := ""
	for _, f := range s.Fields.List {
		key := keyOf(f, "yaml")
		if key == "" || len(f.Names) == 0 {
			continue
		}
		text := comment(f)
		switch own := grouped()[name+"."+f.Names[0].Name]; {
		case own != "":
			text = own
		case text != "":
			inherited = text
		case strings.Contains(inherited, f.Names[0].Name): // "Name, Owner and Member are attributes."
			text = inherited
		default:
			g.err = fmt.Errorf("%s.%s has no comment", name, f.Names[0].Name)
			continue
		}
		said := sentence(text, f.Names[0].Name, names)
		kind, p, n, suffix := g.kind(f.Type, pkg)
		fmt.Fprintf(&g.out, "| `%s` | %s | %s |\n", key, kind, strings.ReplaceAll(said, "|", "\\|"))
		if n != "" {
			more = append(more, below{strings.TrimPrefix(path+"."+key+suffix, "."), p, n, said})
		}
	}
	for _, m := range more {
		g.section(m.path, m.pkg, m.name, m.words)
	}
}

// kind says in words what a key takes; for a struct also which, and how its path goes on.
func (g *generator) kind(e ast.Expr, pkg string) (words, structPkg, structName, suffix string) {
	switch t := e.(type) {
	case *ast.StarExpr:
		return g.kind(t.X, pkg)
	case *ast.SelectorExpr:
		p := t.X.(*ast.Ident).Name
		if p == "time" {
			return "time", "", "", ""
		}
		return g.kind(t.Sel, p)
	case *ast.ArrayType:
		_, p, n, _ := g.kind(t.Elt, pkg)
		if n == "" {
			return "list", "", "", ""
		}
		return "list of mappings", p, n, "[]"
	case *ast.MapType:
		of, p, n, _ := g.kind(t.Value, pkg)
		if n == "" {
			return "mapping of names to " + of, "", "", ""
		}
		return "mapping", p, n, ".NAME"
	case *ast.Ident:
		switch t.Name {
		case "string", "Type", "Widget", "Section":
			return "text", "", "", ""
		case "bool":
			return "true or false", "", "", ""
		case "int", "uint32":
			return "number", "", "", ""
		case "Secret":
			return "secret", "", "", ""
		case "Strings":
			return "text or list", "", "", ""
		case "LocalText":
			return "text, or one per language", "", "", ""
		case "ChoicesSpec":
			return "list, or mapping to labels", "", "", ""
		case "Translations":
			return "mapping", "", "", ""
		}
		spec := g.types[pkg+"."+t.Name]
		if spec == nil {
			break
		}
		if a, ok := spec.Type.(*ast.ArrayType); ok {
			return g.kind(a, pkg)
		}
		if t.Name == "Rule" {
			return "attribute, list, template or mapping", pkg, t.Name, ""
		}
		return "mapping", pkg, t.Name, ""
	}
	g.err = fmt.Errorf("nobody said how to describe the type %v", e)
	return "", "", "", ""
}

// example is the indented part of a type's comment.
func example(doc *ast.CommentGroup) string {
	var b strings.Builder
	for line := range strings.Lines(doc.Text()) {
		if rest, ok := strings.CutPrefix(line, "\t"); ok {
			b.WriteString(rest)
		}
	}
	return b.String()
}
