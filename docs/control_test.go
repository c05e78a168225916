package docs_test

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/config/reference"
	"github.com/wicketgate/wicketgate/gateway/lab"
)

const controlPage = "docs/reference/testserver.md"

const controlHead = `# The test server's orders

<!-- Made from the comments in gateway/lab by: UPDATE_DOCS=1 go test ./docs -->

` + "`wicketgate testserver`" + ` writes one line of JSON: ` + "`url`" + ` is the gateway, the issuer for your application; ` + "`control`" + ` is where orders are posted to. [Test an
application that signs people in](../how-to/test-your-application.md) shows it at work.

    curl -H 'Content-Type: application/json' -d '{"username": "ada"}' "$control/users"

- An order is JSON by POST, at most 1 MB, and so is the answer. An order that cannot be done is answered with status 400 and ` + "`{\"error\": \"...\"}`" + `, which
  says what is wrong; nothing is done then. Keys that are not listed here are errors.
- It does whatever it is told, so it listens on this computer only, and takes no order from a page in a browser: 403 for another Host than a loopback one and for a
  request with an Origin, 415 for what is not ` + "`application/json`" + `, 404 for another path, 405 for another method.
`

// controlReference is what docs/reference/testserver.md should be.
func controlReference(t *testing.T) string {
	t.Helper()
	source, err := reference.Read(root, "gateway/lab")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(controlHead)
	var l *lab.Lab
	for _, o := range l.Orders() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", o.Path, o.Does)
		order := table(t, source, o.Takes)
		if order != "" {
			b.WriteString("\n| order | | |\n|---|---|---|\n" + order)
		} else {
			b.WriteString("\nThe order is `{}`.\n")
		}
		switch answer := table(t, source, o.Gives); {
		case answer == "":
			b.WriteString("\nThe answer is `{}`.\n")
		case o.Gives == o.Takes:
			b.WriteString("\nThe answer has the same keys.\n")
		default:
			b.WriteString("\n| answer | | |\n|---|---|---|\n" + answer)
		}
	}
	b.WriteString("\n## The seed\n\nThe file of `wicketgate testserver --seed`, and what /reset goes back to.\n\n| key | | |\n|---|---|---|\n")
	b.WriteString(table(t, source, reflect.TypeFor[lab.Seed]()))
	return b.String()
}

// table is the rows for the fields of a struct of gateway/lab.
func table(t *testing.T, source *reference.Source, of reflect.Type) string {
	t.Helper()
	fields, err := source.Fields("lab."+of.Name(), "json")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Key, jsonKind(t, f.Type), f.Words)
	}
	return b.String()
}

func jsonKind(t *testing.T, e ast.Expr) string {
	t.Helper()
	switch e := e.(type) {
	case *ast.StarExpr:
		return jsonKind(t, e.X)
	case *ast.ArrayType:
		return map[string]string{
			"text": "list of texts", "User": "list of orders for /users", "Group": "list of orders for /groups", "Client": "list of orders for /clients",
			"Cookie": "list of `name` and `value`", "Mail": "list",
		}[jsonKind(t, e.Elt)]
	case *ast.MapType:
		return "mapping of names to " + strings.Replace(jsonKind(t, e.Value), "list of texts", "lists", 1)
	case *ast.SelectorExpr:
		return map[string]string{"RawMessage": "JSON", "Time": "time"}[e.Sel.Name]
	case *ast.Ident:
		if kind := map[string]string{"string": "text", "bool": "true or false", "int": "number", "int64": "number", "any": "values"}[e.Name]; kind != "" {
			return kind
		}
		return e.Name
	}
	t.Fatalf("nobody said how to describe %v", e)
	return ""
}

func TestTheReferenceOfTheTestServerIsCurrent(t *testing.T) {
	t.Parallel()
	want := controlReference(t)
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(filepath.Join(root, controlPage), []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if read(t, controlPage) != want {
		t.Errorf("%s is not what the orders are: run UPDATE_DOCS=1 go test ./docs", controlPage)
	}
}
