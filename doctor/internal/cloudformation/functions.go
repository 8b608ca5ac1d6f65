package cloudformation

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

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

var holes = regexp.MustCompile(`\$\{(!?)([^}]*)\}`)

// mostText is how long a text may get that is put together.
const mostText = 256 << 10

// sub puts values into a text. Those that are not known stay as they are written.
func (t *Template) sub(n, arg tree.Node, again again) tree.Node {
	text, own := arg, tree.Node{}
	if items := arg.Items(); len(items) == 2 {
		text, own = items[0], items[1]
	}
	isOpen := text.Text().Value == "" && !text.Text().Given()
	size := 0
	out := holes.ReplaceAllStringFunc(text.Text().Value, func(hole string) string {
		m := holes.FindStringSubmatch(hole)
		if m[1] == "!" {
			return "${" + m[2] + "}"
		}
		v := again(own.Get(m[2]))
		if !v.Exists() && !strings.Contains(m[2], ".") {
			v = t.ref(n, m[2], again)
		}
		if !v.Exists() || v.IsOpen() || v.IsMap() || v.IsList() {
			isOpen = true
			return hole
		}
		if size += len(v.Text().Value); size > mostText {
			isOpen = true
			return ""
		}
		return v.Text().Value
	})
	tag := "!!str"
	if isOpen {
		tag = tree.OpenTag
	}
	return text.Replaced(out, tag)
}

// branch is !If: what both ways have in common, a list or mapping that is there in one of
// them; else it is not known.
func (t *Template) branch(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 3 {
		return open(n, "!If")
	}
	name := items[0].Text().Value
	yes, no := again(items[1]), again(items[2])
	if truth, known := t.condition(name, again, 0); known {
		if truth {
			return yes
		}
		return no
	}
	switch {
	case no.IsNull() && (yes.IsMap() || yes.IsList()):
		return yes
	case yes.IsNull() && (no.IsMap() || no.IsList()):
		return no
	case yes.Text().Given() && yes.Text().Value == no.Text().Value && !yes.IsOpen() && !no.IsOpen():
		return yes
	}
	return open(n, "!If "+name)
}

// condition is the outcome of one that compares what cannot change.
func (t *Template) condition(name string, again again, depth int) (truth, known bool) {
	for key, c := range t.doc.Get("Conditions").Pairs() {
		if key.Value == name && depth < 20 {
			return t.truth(c, again, depth)
		}
	}
	return false, false
}

// truth knows only what does not depend on parameters: a default is a value, but which way
// a template goes is chosen at each deploy.
func (t *Template) truth(n tree.Node, again again, depth int) (truth, known bool) {
	name, arg, ok := call(n)
	if !ok {
		return false, false
	}
	items := arg.Items()
	switch {
	case name == "Condition":
		return t.condition(arg.Text().Value, again, depth+1)
	case name == "Not" && len(items) == 1:
		v, known := t.truth(items[0], again, depth+1)
		return !v, known
	case name == "Equals" && len(items) == 2:
		a, b := items[0], items[1]
		_, _, isCall := call(a)
		_, _, isCall2 := call(b)
		return a.Text().Value == b.Text().Value, !isCall && !isCall2
	}
	return false, false
}

func (t *Template) join(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 2 {
		return open(n, "!Join")
	}
	list := again(items[1])
	if !list.IsList() {
		return open(n, "!Join")
	}
	var parts []string
	isOpen, size := false, 0
	for _, item := range list.Texts() {
		value := item.Value
		if size += len(value); size > mostText {
			return open(n, "!Join")
		}
		if item.Open {
			isOpen = true
			value = "${" + strings.TrimPrefix(value, "!Ref ") + "}"
		}
		parts = append(parts, value)
	}
	text := strings.Join(parts, items[0].Text().Value)
	if isOpen {
		return list.Scalar(text, tree.OpenTag)
	}
	return list.Scalar(text, "!!str")
}

func (t *Template) find(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) < 3 {
		return open(n, "!FindInMap")
	}
	at := t.doc.Get("Mappings")
	for _, item := range items[:3] {
		key := again(item)
		at = exactly(at, key.Text().Value)
		if key.IsOpen() || !at.Exists() {
			return open(n, "!FindInMap "+items[0].Text().Value)
		}
	}
	return at
}

func exactly(n tree.Node, name string) tree.Node {
	for key, value := range n.Pairs() {
		if key.Value == name {
			return value
		}
	}
	return tree.Node{}
}

func (t *Template) split(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 2 {
		return open(n, "!Split")
	}
	text := again(items[1])
	if text.IsOpen() || !text.Text().Given() {
		return open(n, "!Split")
	}
	var parts []tree.Node
	for part := range strings.SplitSeq(text.Text().Value, items[0].Text().Value) {
		parts = append(parts, text.Scalar(part, "!!str"))
	}
	return text.ListOf(parts)
}

func (t *Template) selected(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 2 {
		return open(n, "!Select")
	}
	list := again(items[1])
	i, err := strconv.Atoi(items[0].Text().Value)
	if all := list.Items(); err == nil && i >= 0 && i < len(all) {
		return again(all[i])
	}
	return open(n, "!Select")
}
