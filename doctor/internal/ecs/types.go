package ecs

import (
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Troubles are what the task definition has of a type that nothing registers: its containers,
// what they start and how long they have are not known then.
func (t *Task) Troubles() (all []Trouble) {
	if t.Form == Manifest || t.called {
		return nil
	}
	if mistyped(t.List, tree.Node.IsList) {
		all = append(all, t.trouble(t.List, "the containers are "+written(t.List)+", and no list"))
	}
	for _, item := range t.List.Items() {
		if mistyped(item, tree.Node.IsMap) {
			all = append(all, t.trouble(item, "a container is "+written(item)+", and no mapping"))
		}
	}
	for _, c := range t.Containers {
		for _, key := range []string{"entryPoint", "command"} {
			if n := c.Node.Get(key); mistyped(n, tree.Node.IsList) && !n.IsNull() {
				all = append(all, t.trouble(n, "the "+key+" of container "+c.Name+" is "+written(n)+", and no list of words"))
			}
		}
		if n := c.StopTimeout(); mistyped(n, isInt) {
			all = append(all, t.trouble(n, "the stopTimeout of container "+c.Name+" is "+written(n)+", and no whole number of seconds"))
		}
	}
	return all
}

func isInt(n tree.Node) bool { _, ok := n.Int(); return ok }

// mistyped says whether a value is there, known, and not of its type.
func mistyped(n tree.Node, right func(tree.Node) bool) bool {
	if !n.Exists() || n.IsOpen() || right(n) {
		return false
	}
	for _, key := range n.Keys() {
		if key == "Ref" || strings.HasPrefix(key, "Fn::") {
			return false // a function: only its value has a type
		}
	}
	return true
}

// trouble is one at a value; what a tool puts in before is no fault of the file's.
func (t *Task) trouble(n tree.Node, text string) Trouble {
	at := n.KeyPos()
	if !at.Known() {
		at = n.Pos()
	}
	if strings.ContainsAny(n.Text().Value, "<>") || strings.Contains(n.Text().Value, "${") || strings.Contains(n.Text().Value, "{{") {
		return Trouble{Pos: at, Text: text + ": it was not judged", Why: "render it first, and judge what comes out"}
	}
	return Trouble{Pos: at, Text: text + ": it was not judged", Why: "nothing registers that, so that no deploy comes of it: write it in its type", Wrong: true}
}

// written is a value in a few words.
func written(n tree.Node) string {
	switch {
	case n.IsMap():
		return "a mapping"
	case n.IsList():
		return "a list"
	}
	return strconv.Quote(short(n.Text().Value))
}
