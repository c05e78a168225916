package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// decoder fills structs from the syntax tree. It goes on after a problem, which go-yaml's own decoder does not: an administrator
// should read the list once, and not start the program once per mistake.
type decoder struct {
	*report
	originals map[ast.Node]string // the text before ${...} was expanded
}

// node is implemented by the types of ldapmap that read their own YAML.
type nodeUnmarshaler interface{ UnmarshalYAML(ast.Node) error }

// mapping fills a struct: every key must be one of its yaml tags, and stand once.
func (d *decoder) mapping(path string, n ast.Node, into reflect.Value) {
	entries, ok := entriesOf(n)
	if !ok {
		d.wrong(path, n, "keys and values", "")
		return
	}
	fields, names := keys(into.Type())
	seen := map[string]int{}
	for _, e := range entries {
		name := e.Key.String()
		if t := e.Key.GetToken(); t != nil {
			name = t.Value
		}
		at, line := join(path, name), e.Key.GetToken().Position.Line
		if first, twice := seen[name]; twice {
			d.add(Problem{Line: line, Key: at, Want: "each key once", Hint: fmt.Sprintf("it stands in line %d already", first)})
			continue
		}
		seen[name] = line
		index, known := fields[name]
		if !known {
			hint := "keys here: " + strings.Join(names, ", ")
			if near := ldapmap.Nearest(name, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
				d.unread = append(d.unread, join(path, near))
			}
			d.add(Problem{Line: line, Key: at, Found: name, Want: "a known key", Hint: hint})
			continue
		}
		d.lines[at] = line
		d.value(at, e.Value, into.FieldByIndex(index))
	}
}

// value fills one value of any kind.
func (d *decoder) value(path string, n ast.Node, into reflect.Value) {
	n = untagged(n)
	if n == nil {
		return
	}
	if u, ok := into.Addr().Interface().(nodeUnmarshaler); ok {
		d.own(path, n, into, u)
		return
	}
	switch into.Interface().(type) {
	case Secret:
		if text, ok := d.scalar(path, n, "a text"); ok {
			into.Set(reflect.ValueOf(NewSecret(text)))
		}
		return
	case time.Duration:
		d.duration(path, n, into)
		return
	}
	if _, null := n.(*ast.NullNode); null {
		return // `key:` with nothing behind it is the zero value, as if it were not there
	}
	switch into.Kind() {
	case reflect.Struct:
		d.mapping(path, n, into)
	case reflect.Slice:
		d.list(path, n, into)
	case reflect.Map:
		d.table(path, n, into)
	case reflect.Pointer:
		v := reflect.New(into.Type().Elem())
		d.value(path, n, v.Elem())
		into.Set(v)
	default:
		d.plain(path, n, into)
	}
}

// own lets a type read its own YAML, after the keys of a mapping were checked one by one for it.
func (d *decoder) own(path string, n ast.Node, into reflect.Value, u nodeUnmarshaler) {
	before := len(d.problems)
	d.positions(path, n)
	if _, is := entriesOf(n); is && into.Kind() == reflect.Struct {
		d.mapping(path, n, reflect.New(into.Type()).Elem())
	}
	if len(d.problems) > before {
		return
	}
	if err := u.UnmarshalYAML(n); err != nil {
		line, said := n.GetToken().Position.Line, "it cannot be read"
		var e yaml.Error
		if errors.As(err, &e) {
			said = e.GetMessage()
			if t := e.GetToken(); t != nil {
				line = t.Position.Line
			}
		}
		d.add(Problem{Line: line, Key: path, Want: strings.TrimPrefix(said, "wanted "), Hint: ""})
	}
}

// positions remembers where the parts of a value stand that a type reads for itself.
func (d *decoder) positions(path string, n ast.Node) {
	if list, ok := n.(*ast.SequenceNode); ok {
		for i, v := range list.Values {
			d.lines[fmt.Sprintf("%s[%d]", path, i)] = v.GetToken().Position.Line
		}
	}
}

func (d *decoder) list(path string, n ast.Node, into reflect.Value) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.wrong(path, n, "a list", "")
		return
	}
	out := reflect.MakeSlice(into.Type(), len(seq.Values), len(seq.Values))
	for i, v := range seq.Values {
		at := fmt.Sprintf("%s[%d]", path, i)
		d.lines[at] = v.GetToken().Position.Line
		d.value(at, v, out.Index(i))
	}
	into.Set(out)
}

func (d *decoder) table(path string, n ast.Node, into reflect.Value) {
	entries, ok := entriesOf(n)
	if !ok {
		d.wrong(path, n, "keys and values", "")
		return
	}
	out := reflect.MakeMapWithSize(into.Type(), len(entries))
	for _, e := range entries {
		name := e.Key.GetToken().Value
		at := join(path, name)
		line := e.Key.GetToken().Position.Line
		if out.MapIndex(reflect.ValueOf(name)).IsValid() {
			d.add(Problem{Line: line, Key: at, Want: "each key once", Hint: fmt.Sprintf("it stands in line %d already", d.lines[at])})
			continue
		}
		d.lines[at] = line
		v := reflect.New(into.Type().Elem()).Elem()
		d.value(at, e.Value, v)
		out.SetMapIndex(reflect.ValueOf(name), v)
	}
	into.Set(out)
}

// plain fills texts, numbers and yes or no.
func (d *decoder) plain(path string, n ast.Node, into reflect.Value) {
	want := map[reflect.Kind]string{reflect.Bool: "true or false", reflect.String: "a text"}[into.Kind()]
	if want == "" {
		want = "a whole number"
	}
	text, ok := d.scalar(path, n, want)
	if !ok {
		return
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(text)
	case reflect.Bool:
		switch strings.ToLower(text) {
		case "true", "yes", "on":
			into.SetBool(true)
		case "false", "no", "off":
			into.SetBool(false)
		default:
			d.wrong(path, n, want, "")
		}
	case reflect.Int, reflect.Int64:
		i, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, into.Type().Bits())
		if err != nil {
			d.wrong(path, n, want, "")
			return
		}
		into.SetInt(i)
	case reflect.Uint32:
		i, err := strconv.ParseUint(text, 0, 32)
		if err != nil {
			d.wrong(path, n, want, "")
			return
		}
		into.SetUint(i)
	default:
		panic("config: a section has a field of a kind that cannot be read: " + into.Type().String()) // a defect, found by the first test
	}
}

func (d *decoder) duration(path string, n ast.Node, into reflect.Value) {
	const want = "a time such as 30s, 15m, 12h or 30d"
	text, ok := d.scalar(path, n, want)
	if !ok {
		return
	}
	if days, is := strings.CutSuffix(text, "d"); is {
		if f, err := strconv.ParseFloat(days, 64); err == nil && f >= 0 && f < 100_000 {
			into.SetInt(int64(f * float64(24*time.Hour)))
			return
		}
	}
	v, err := time.ParseDuration(text)
	if err != nil || v < 0 {
		d.wrong(path, n, want, "")
		return
	}
	into.SetInt(int64(v))
}

// scalar returns the text of a scalar, as it was written.
func (d *decoder) scalar(path string, n ast.Node, want string) (string, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case *ast.NullNode:
		return "", true
	case ast.ScalarNode:
		return v.GetToken().Value, true
	}
	d.wrong(path, n, want, "")
	return "", false
}

func (d *decoder) wrong(path string, n ast.Node, want, hint string) {
	found := "a mapping"
	switch v := n.(type) {
	case *ast.SequenceNode:
		found = "a list"
	case ast.ScalarNode:
		found = v.GetToken().Value
		if original, ok := d.originals[n]; ok {
			found = original
		}
	}
	if secretKey(path) {
		found = ""
	}
	d.add(Problem{Line: n.GetToken().Position.Line, Key: path, Found: found, Want: want, Hint: hint})
}

// secretKey tells the keys whose values are not shown, however wrong.
func secretKey(path string) bool {
	last := path[strings.LastIndexByte(path, '.')+1:]
	return strings.HasPrefix(last, "secret") || strings.HasSuffix(last, "password")
}

// keys returns the fields of a struct by their yaml tags, and the tags in order. Embedded structs count as the struct's own.
func keys(t reflect.Type) (map[string][]int, []string) {
	fields, names := map[string][]int{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		tag := f.Tag.Get("yaml")
		if tag == "" || tag == "-" || !f.IsExported() {
			continue
		}
		fields[tag] = f.Index
		names = append(names, tag)
	}
	return fields, names
}

func entriesOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func untagged(n ast.Node) ast.Node {
	if t, ok := n.(*ast.TagNode); ok {
		return t.Value
	}
	return n
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
