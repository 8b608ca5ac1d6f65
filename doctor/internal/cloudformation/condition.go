package cloudformation

import "github.com/tasuki-jobs/tasuki/doctor/internal/tree"

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
