package main

import (
	"fmt"
	"os"
	"text/template/parse"
)

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
