package tree

import (
	"fmt"
	"strings"
	"testing"
)

// flat writes a tree in one line.
func flat(n Node) string {
	var parts []string
	switch {
	case n.IsMap():
		for key, value := range n.Pairs() {
			parts = append(parts, key.Value+": "+flat(value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case n.IsList():
		for _, item := range n.Items() {
			parts = append(parts, flat(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case n.IsNull():
		return "null"
	}
	return n.Text().Value
}

func parsed(t testing.TB, file, text string) Node {
	t.Helper()
	docs, err := YAML(file, []byte(text))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	return docs[0]
}

func containerKeys(list string) []string {
	return map[string][]string{"containers": {"name"}, "env": {"name"}, "ports": {"containerPort", "protocol"}}[list]
}

func TestAStrategicMergeLaysAPatchOverADocument(t *testing.T) {
	for _, c := range []struct{ name, base, patch, want string }{
		{"fields", "{a: 1, b: {c: 2, d: 3}}", "{b: {c: 4}, e: 5}", "{a: 1, b: {c: 4, d: 3}, e: 5}"},
		{"null takes a field away", "{a: 1, b: 2}", "{a: null}", "{b: 2}"},
		{"null for a field that is not there", "{a: 1}", "{b: null}", "{a: 1}"},
		{"what a patch adds has no nulls", "{a: 1}", "{b: {c: null, d: 2}}", "{a: 1, b: {d: 2}}"},
		{"a document", "{a: 1}", "{$patch: delete}", "gone"},
		{"a mapping", "{a: {b: 1}, c: 2}", "{a: {$patch: delete}}", "{c: 2}"},
		{"a mapping that is not there", "{c: 2}", "{a: {$patch: delete}}", "{c: 2}"},
		{"a mapping is replaced", "{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", "{a: {c: 2}}"},
		{"a mapping is merged", "{a: {b: 1}}", "{a: {$patch: merge, c: 2}}", "{a: {b: 1, c: 2}}"},
		{"a list without keys", "{args: [a, b]}", "{args: [c]}", "{args: [c]}"},
		{"a list with keys, what is patched comes first", "{containers: [{name: a}, {name: b, x: 1}]}", "{containers: [{name: b, y: 2}]}", "{containers: [{name: b, x: 1, y: 2}, {name: a}]}"},
		{"what is new comes in front", "{containers: [{name: a}]}", "{containers: [{name: n, x: 1}]}", "{containers: [{name: n, x: 1}, {name: a}]}"},
		{"an item is taken away", "{containers: [{name: a}, {name: b}]}", "{containers: [{name: a, $patch: delete}]}", "{containers: [{name: b}]}"},
		{"an item that is not there", "{containers: [{name: a}]}", "{containers: [{name: c, $patch: delete}]}", "{containers: [{name: a}]}"},
		{"a list is replaced", "{containers: [{name: a}, {name: b}]}", "{containers: [{name: c}, {$patch: replace}]}", "{containers: [{name: c}]}"},
		{"an item that is to be replaced stays as it was", "{containers: [{name: a}, {name: b, x: 1}]}", "{containers: [{name: b, y: 1, $patch: replace}]}", "{containers: [{name: b, x: 1}, {name: a}]}"},
		{"a list is taken away", "{x: 1, containers: [{name: a}]}", "{containers: [{$patch: delete}]}", "{x: 1}"},
		{"an item without its key is added", "{containers: [{name: a}]}", "{containers: [{image: i}]}", "{containers: [{image: i}, {name: a}]}"},
		{"a second key that one leaves out", "{ports: [{containerPort: 80, protocol: TCP}]}", "{ports: [{containerPort: 80, name: h}]}", "{ports: [{containerPort: 80, protocol: TCP, name: h}]}"},
		{"a second key that is the same", "{ports: [{containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]}", "{ports: [{containerPort: 80, protocol: TCP, name: h}]}", "{ports: [{containerPort: 80, protocol: TCP, name: h}, {containerPort: 80, protocol: UDP}]}"},
		{"a second key that differs", "{ports: [{containerPort: 80, protocol: TCP}]}", "{ports: [{containerPort: 80, protocol: UDP}]}", "{ports: [{containerPort: 80, protocol: UDP}, {containerPort: 80, protocol: TCP}]}"},
		{"what stands for another kind of thing", "{a: [b]}", "{a: {c: d}}", "{a: {c: d}}"},
		{"what a merge key brings", "{x: &x {b: 1, c: 2}, a: {<<: *x, c: 3}}", "{a: {b: 4}}", "{x: {b: 1, c: 2}, a: {c: 3, b: 4}}"},
		{"an alias", "{x: &x {b: 1}, a: *x}", "{a: {c: 2}}", "{x: {b: 1}, a: {b: 1, c: 2}}"},
		{"doubled keys", "{a: 1, a: 2}", "{b: 3}", "{a: 2, b: 3}"},
		{"hints of the tool that wrote it", "{a: 1}", "{$setElementOrder/containers: [x], $retainKeys: [y], b: 2}", "{a: 1, b: 2}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewForest()
			n, left := f.Merged(parsed(t, "base", c.base), f.Adopt(parsed(t, "patch", c.patch)), containerKeys)
			got := "gone"
			if left {
				got = flat(n)
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestWhatIsMergedStandsWhereItWasWritten(t *testing.T) {
	base := "spec:\n  a: 1\n  b: 2\n  containers:\n  - name: w\n    image: i\n"
	patch := "spec:\n  b: 3\n  containers:\n  - name: w\n    command: [c]\n"
	f := NewForest()
	n, _ := f.Merged(parsed(t, "base", base), f.Adopt(parsed(t, "patch", patch)), containerKeys)
	spec := n.Get("spec")
	w := spec.Get("containers").Items()[0]
	for want, at := range map[string]Node{"base:2": spec.Get("a"), "patch:2": spec.Get("b"), "base:4": spec.Get("containers"), "base:6": w.Get("image"), "patch:5": w.Get("command")} {
		if got := at.KeyPos().String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := w.Pos().String(); got != "base:5" {
		t.Errorf("the container stands at %s", got)
	}
}

func TestOperationsChangeOnePlaceEach(t *testing.T) {
	const doc = "{a: {b: [x, y], c/d: 1, e~f: 2}, n: null}"
	for _, c := range []struct{ name, ops, want string }{
		{"add a field", "{op: add, path: /a/g, value: 3}", "{a: {b: [x, y], c/d: 1, e~f: 2, g: 3}, n: null}"},
		{"add replaces a field that is there", "{op: add, path: /a/b, value: z}", "{a: {b: z, c/d: 1, e~f: 2}, n: null}"},
		{"add behind the last", "{op: add, path: /a/b/-, value: z}", "{a: {b: [x, y, z], c/d: 1, e~f: 2}, n: null}"},
		{"add in front", "{op: add, path: /a/b/0, value: z}", "{a: {b: [z, x, y], c/d: 1, e~f: 2}, n: null}"},
		{"add at the end by its number", "{op: add, path: /a/b/2, value: z}", "{a: {b: [x, y, z], c/d: 1, e~f: 2}, n: null}"},
		{"add too far", "{op: add, path: /a/b/3, value: z}", doc},
		{"in front of the first", "{op: replace, path: /a/b/-1, value: z}", doc},
		{"replace an item", "{op: replace, path: /a/b/1, value: z}", "{a: {b: [x, z], c/d: 1, e~f: 2}, n: null}"},
		{"replace too far", "{op: replace, path: /a/b/2, value: z}", doc},
		{"replace behind the last is nothing", "{op: replace, path: /a/b/-, value: z}", doc},
		{"remove an item", "{op: remove, path: /a/b/0}", "{a: {b: [y], c/d: 1, e~f: 2}, n: null}"},
		{"remove a field", "{op: remove, path: /a/b}", "{a: {c/d: 1, e~f: 2}, n: null}"},
		{"remove what is not there", "{op: remove, path: /a/x}", doc},
		{"a slash in a name", "{op: replace, path: /a/c~1d, value: 3}", "{a: {b: [x, y], c/d: 3, e~f: 2}, n: null}"},
		{"a tilde in a name", "{op: replace, path: /a/e~0f, value: 3}", "{a: {b: [x, y], c/d: 1, e~f: 3}, n: null}"},
		{"copy", "{op: copy, from: /a/b/1, path: /n}", "{a: {b: [x, y], c/d: 1, e~f: 2}, n: y}"},
		{"move", "{op: move, from: /a/b/0, path: /a/b/-}", "{a: {b: [y, x], c/d: 1, e~f: 2}, n: null}"},
		{"copy what is not there", "{op: copy, from: /a/b/7, path: /n}", doc},
		{"below what is no collection", "{op: add, path: /a/c~1d/x, value: 1}", doc},
		{"without a value", "{op: add, path: /a/x}", doc},
		{"one after the other", "{op: remove, path: /a/b/0}, {op: replace, path: /a/b/0, value: z}", "{a: {b: [z], c/d: 1, e~f: 2}, n: null}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewForest()
			n := parsed(t, "doc", doc)
			for _, o := range Operations(f.Adopt(parsed(t, "patch", "["+c.ops+"]"))) {
				n = f.Changed(n, o)
			}
			if got := flat(n); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestAFieldThatAnOperationSetsHasALineAndNoColumn(t *testing.T) {
	f := NewForest()
	o := Operations(f.Adopt(parsed(t, "patch", "- op: add\n  path: /a/b\n  value: 2\n")))[0]
	n := f.Changed(parsed(t, "doc", "a:\n  c: 1\n"), o).Get("a")
	if b := n.Get("b"); b.KeyPos().String() != "patch:3" || b.Column() != 0 {
		t.Errorf("%s, column %d", b.KeyPos(), b.Column())
	}
	if c := n.Get("c"); c.KeyPos().String() != "doc:2" || c.Column() != 3 {
		t.Errorf("%s, column %d", c.KeyPos(), c.Column())
	}
}

func TestTextsWithinAFileKnowTheirPlaces(t *testing.T) {
	for _, c := range []struct {
		text   string
		line   int
		column int
	}{
		{"p:\n- x: |\n\n    a:\n      b: 1\n", 5, 7}, {"p: |-\n  a:\n    b: 1\n", 3, 5}, {"p: |2\n   a:\n      b: 1\n", 3, 7},
		{"p: >\n  {a:\n  {b: 1}}\n", 1, 0}, {"p: '{a: {b: 1}}'\n", 1, 0}, {"p: {x: \"a:\\n  b: 1\"}\n", 1, 0},
	} {
		at := parsed(t, "f", c.text).Get("p")
		if at.IsList() {
			at = at.Items()[0]
		}
		if at.IsMap() || at.Get("x").Exists() {
			at = at.Get("x")
		}
		docs, err := at.Within([]byte(c.text))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%q: %v", c.text, err)
		}
		if b := docs[0].Get("a", "b"); b.KeyPos().Line != c.line || b.Column() != c.column || b.KeyPos().File != "f" {
			t.Errorf("%q: %s, column %d", c.text, b.KeyPos(), b.Column())
		}
	}
}

func TestLargePatchesAreLaidOverLargeListsInSeconds(t *testing.T) {
	b := &strings.Builder{}
	for i := range 30_000 {
		fmt.Fprintf(b, "{name: n%d, k%d: 1}, ", i, i)
	}
	text := "{env: [" + b.String() + "]}"
	f := NewForest()
	n, _ := f.Merged(parsed(t, "a", text), f.Adopt(parsed(t, "b", text)), containerKeys)
	if len(n.Get("env").Items()) != 30_000 {
		t.Errorf("%d items", len(n.Get("env").Items()))
	}
}
