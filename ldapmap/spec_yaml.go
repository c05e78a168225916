package ldapmap

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// Strings is one string or a list of strings in YAML.
type Strings []string

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (s *Strings) UnmarshalYAML(n ast.Node) error {
	n = plain(n)
	if list, ok := n.(*ast.SequenceNode); ok {
		*s = make(Strings, 0, len(list.Values))
		for _, v := range list.Values {
			text, ok := scalar(v)
			if !ok {
				return wrong(v, "a list of texts")
			}
			*s = append(*s, text)
		}
		return nil
	}
	text, ok := scalar(n)
	if !ok {
		return wrong(n, "a text or a list of texts")
	}
	*s = Strings{text}
	return nil
}

// Translation is one pair of a values rule.
type Translation struct{ Directory, Field string }

// Translations are the pairs of a values rule in the order of the file.
type Translations []Translation

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (t *Translations) UnmarshalYAML(n ast.Node) error {
	pairs, err := pairsOf(n, "a mapping of the directory's value to the field's, such as {enabled: true, disabled: false}")
	if err != nil {
		return err
	}
	*t = make(Translations, 0, len(pairs))
	for _, p := range pairs {
		*t = append(*t, Translation{p[0], p[1]})
	}
	return nil
}

// LocalText is words for people: in YAML one text for every language, or a mapping of languages to texts.
type LocalText map[string]string

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (t *LocalText) UnmarshalYAML(n ast.Node) error {
	if text, ok := scalar(plain(n)); ok {
		*t = LocalText{"": text}
		return nil
	}
	pairs, err := pairsOf(n, "a text, or a mapping of languages to texts such as {en: Favourite colour, fr: Couleur préférée}")
	if err != nil {
		return err
	}
	*t = make(LocalText, len(pairs))
	for _, p := range pairs {
		(*t)[p[0]] = p[1]
	}
	return nil
}

// ChoiceSpec is one choice of a field.
type ChoiceSpec struct {
	Value string
	Label LocalText
}

// ChoicesSpec is a list of values in YAML, or a mapping of values to their labels.
type ChoicesSpec []ChoiceSpec

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (c *ChoicesSpec) UnmarshalYAML(n ast.Node) error {
	n = plain(n)
	const want = "a list of values such as [red, green], or a mapping of values to labels such as {red: {en: Red, fr: Rouge}}"
	if list, ok := n.(*ast.SequenceNode); ok {
		for _, v := range list.Values {
			text, ok := scalar(plain(v))
			if !ok {
				return wrong(v, want)
			}
			*c = append(*c, ChoiceSpec{Value: text})
		}
		return nil
	}
	entries, ok := entriesOf(n)
	if !ok {
		return wrong(n, want)
	}
	for _, e := range entries {
		var label LocalText
		if err := label.UnmarshalYAML(e.Value); err != nil {
			return err
		}
		*c = append(*c, ChoiceSpec{Value: keyOf(e), Label: label})
	}
	return nil
}

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (r *Rule) UnmarshalYAML(n ast.Node) error {
	n = plain(n)
	switch v := n.(type) {
	case *ast.NullNode:
		*r = Off()
		return nil
	case *ast.BoolNode:
		if v.Value {
			return wrong(n, "an attribute, a list of attributes, a template or a mapping; false unmaps the field")
		}
		*r = Off()
		return nil
	case *ast.SequenceNode:
		var names Strings
		if err := names.UnmarshalYAML(n); err != nil {
			return err
		}
		*r = Rule{Attributes: names}
		return nil
	case *ast.MappingNode, *ast.MappingValueNode:
		type keys Rule // without this method
		var k keys
		if err := yaml.NodeToValue(n, &k, yaml.Strict()); err != nil {
			return err
		}
		*r = Rule(k)
		return nil
	}
	text, ok := scalar(n)
	switch {
	case !ok:
		return wrong(n, "an attribute, a list of attributes, a template or a mapping")
	case text == "no" || text == "off": // YAML 1.1's false is a text in 1.2
		*r = Off()
	case strings.ContainsAny(text, "{}"):
		*r = Rule{Template: text}
	default:
		*r = Rule{Attributes: Strings{text}}
	}
	return nil
}

// plain strips anchors, aliases and tags.
func plain(n ast.Node) ast.Node {
	for {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		default:
			return n
		}
	}
}

// scalar returns the text of a scalar as it was written: `true` and `007` are texts where a text is wanted.
func scalar(n ast.Node) (string, bool) {
	switch v := plain(n).(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case *ast.NullNode, *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, nil:
		return "", false
	case ast.ScalarNode:
		return v.GetToken().Value, true
	}
	return "", false
}

// entriesOf returns the entries of a mapping in the order of the file.
func entriesOf(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := plain(n).(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func keyOf(e *ast.MappingValueNode) string {
	if text, ok := scalar(e.Key); ok {
		return text
	}
	return e.Key.String()
}

func pairsOf(n ast.Node, want string) ([][2]string, error) {
	entries, ok := entriesOf(n)
	if !ok {
		return nil, wrong(n, want)
	}
	pairs := make([][2]string, 0, len(entries))
	for _, e := range entries {
		text, ok := scalar(e.Value)
		if !ok {
			return nil, wrong(e.Value, want)
		}
		pairs = append(pairs, [2]string{keyOf(e), text})
	}
	return pairs, nil
}

// wrong is an error that keeps the place in the file: go-yaml prints the line.
func wrong(n ast.Node, want string) error {
	return &yaml.SyntaxError{Message: fmt.Sprintf("found %s, wanted %s", kind(n), want), Token: n.GetToken()}
}

func kind(n ast.Node) string {
	switch plain(n).(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.NullNode:
		return "nothing"
	}
	if text, ok := scalar(n); ok {
		if len(text) > 40 {
			text = text[:40] + "…"
		}
		return fmt.Sprintf("%q", text)
	}
	return "something else"
}
