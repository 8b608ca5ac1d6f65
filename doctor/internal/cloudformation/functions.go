package cloudformation

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// again resolves what a function is given, which may hold functions too.
type again = func(tree.Node) tree.Node

// call takes a function apart, in either way of writing it: !Ref X, {Ref: X}.
func call(n tree.Node) (name string, arg tree.Node, ok bool) {
	if tag := n.Tag(); strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") && tag != tree.OpenTag {
		return strings.TrimPrefix(tag, "!"), n, true
	}
	if !n.IsMap() {
		return "", arg, false
	}
	count := 0
	for key, value := range n.Pairs() {
		name, arg = key.Value, value
		if count++; count > 1 {
			return "", arg, false
		}
	}
	short, isFunction := strings.CutPrefix(name, "Fn::")
	return short, arg, isFunction || name == "Ref" || name == "Condition"
}

// resolve replaces functions by what they give, or by what is open.
func (t *Template) resolve(n tree.Node, again again) (tree.Node, bool) {
	name, arg, ok := call(n)
	if !ok {
		return n, false
	}
	switch name {
	case "Ref":
		return t.ref(n, arg.Text().Value, again), true
	case "Sub":
		return t.sub(n, arg, again), true
	case "If":
		return t.branch(n, arg, again), true
	case "Join":
		return t.join(n, arg, again), true
	case "FindInMap":
		return t.find(n, arg, again), true
	case "Base64", "ToJsonString":
		if inner, _, ok := call(arg); ok && inner == name && arg.Tag() == n.Tag() {
			return n.Scalar(arg.Text().Value, "!!str"), true // !Base64 in front of a text
		}
		return again(arg), true
	case "Split":
		return t.split(n, arg, again), true
	case "Select":
		return t.selected(n, arg, again), true
	case "GetAtt":
		words := arg.Text().Value
		for _, w := range arg.Texts() {
			words += "." + w.Value
		}
		return open(n, "!GetAtt "+strings.TrimPrefix(words, ".")), true
	case "Condition":
		return n, false // also a key of resources and policies
	}
	return open(n, "!"+name), true
}

func open(n tree.Node, text string) tree.Node { return n.Scalar(text, tree.OpenTag) }

// ref is a parameter's default, nothing, or the name of a resource, which nobody knows yet.
func (t *Template) ref(n tree.Node, name string, again again) tree.Node {
	if name == "AWS::NoValue" {
		return n.Scalar("", "!!null")
	}
	p := t.parameter(name)
	value := p.Get("Default")
	kind := p.Get("Type").Text().Value
	if !value.Exists() || strings.HasPrefix(kind, "AWS::SSM::") {
		return open(n, "!Ref "+name)
	}
	if kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
		var items []tree.Node
		for part := range strings.SplitSeq(value.Text().Value, ",") {
			items = append(items, value.Scalar(strings.TrimSpace(part), "!!str"))
		}
		return value.ListOf(items)
	}
	return again(value)
}

func (t *Template) parameter(name string) tree.Node {
	for key, p := range t.doc.Get("Parameters").Pairs() {
		if key.Value == name {
			return p
		}
	}
	return tree.Node{}
}

func (t *Template) find(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) < 3 {
		return open(n, "!FindInMap")
	}
	at := t.doc.Get("Mappings")
	for _, item := range items[:3] {
		key := again(item)
		at = tree.Exactly(at, key.Text().Value)
		if key.IsOpen() || !at.Exists() {
			return open(n, "!FindInMap "+items[0].Text().Value)
		}
	}
	return at
}
