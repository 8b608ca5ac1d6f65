package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// value reads HCL and gives the value of x; v stands for a list of names and values.
func value(t *testing.T, src string) tree.Node {
	t.Helper()
	h, err := tree.ReadHCL("main.tf", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	f := tree.NewForest()
	in := &tree.Scope{Forest: f}
	in.Look = func(p []string) (tree.Node, int) {
		if p[0] != "var" || len(p) < 2 || p[1] != "set" {
			return tree.Node{}, 0
		}
		return f.String("90", "terraform.tfvars", 7), 2
	}
	in.Read = func(name string) ([]byte, string, bool) {
		return []byte("[\n {\"name\": \"${name}\",\n  \"stopTimeout\": ${wait}}\n]"), name, name == "t.json"
	}
	return h.Attributes(in).Get("x")
}

func TestExpressionsHaveTheValueThatTerraformGivesThem(t *testing.T) {
	for src, want := range map[string]string{
		`x = 30`: "30", `x = "a${1 + 2}b"`: "a3b", `x = var.set`: "90", `x = 2 * 3 > 5 ? "y" : "n"`: "y", `x = [1, 2][1]`: "2", `x = {a = {b = "c"}}.a.b`: "c",
		`x = merge({a = 1}, {a = 2}).a`: "2", `x = concat(["a"], ["b"])[1]`: "b", `x = [for k, v in {p = "q"} : "${k}=${v}"][0]`: "p=q", `x = lookup({a = 1}, "b", 5)`: "5",
		`x = try({a = 1}.b, 7)`: "7", `x = coalesce(null, "", "z")`: "z", `x = max(var.set, 30)`: "90", `x = join("-", ["a", "b"])`: "a-b", `x = format("%s-%d", "a", 5)`: "a-5",
		`x = !false`: "true", `x = length([1, 2])`: "2", `x = split(" ", "a b")[1]`: "b", `x = jsondecode("{\"a\": 4}").a`: "4", `x = {for s in ["a"] : s => upper(s)}["a"]`: "A",
		`x = compact(["a", "", null, "b"])[1]`: "b", `x = min(5, 3)`: "3", `x = max(3, 5)`: "5", `x = one(["a"])`: "a", `x = element(["a", "b"], 3)`: "b", `x = keys({a = 1})[0]`: "a",
		`x = values({a = 1})[0]`: "1", `x = length({a = 1, b = 2})`: "2", `x = length("äb")`: "2", `x = max([1, 5]...)`: "5", `x = lookup({a = 1}, "a", 5)`: "1", `x = contains(["a"], "b")`: "false",
		`x = yamldecode("a: 1").a`: "1", `x = jsondecode("5")`: "5", `x = [var.other, "b"][1]`: "b", `x = trimspace(" a ")`: "a", `x = "a" == "a"`: "true",
		`x = true || var.other`: "true", `x = var.other ? 5 : 5`: "5",
	} {
		if n := value(t, src); n.Text().Value != want || n.Text().Open {
			t.Errorf("%s: %q, open: %t", src, n.Text().Value, n.Text().Open)
		}
	}
}

func TestWhatIsNotKnownIsOpenAndSaysWhatItIs(t *testing.T) {
	for src, want := range map[string]string{
		`x = var.other`: "var.other", `x = "a-${var.other}"`: "a-${var.other}", `x = var.other ? 1 : 2`: "var.other ? 1 : 2", `x = {a = 1}.b`: "{a = 1}.b",
		`x = timestamp()`: "timestamp()", `x = aws_x.y[*].arn`: "aws_x.y[*].arn", `x = try(var.other, 5)`: "try(var.other, 5)", `x = merge(var.other, {a = 1}).b`: `merge(var.other, {a = 1}).b`,
		`x = length(concat(["a"], var.other))`: `length(concat(["a"], var.other))`, `x = one(concat(var.other))`: `one(concat(var.other))`, `x = keys(merge({a = 1}, var.other))[0]`: `keys(merge({a = 1}, var.other))[0]`,
		`x = element(concat(["a"], var.other), 2)`: `element(concat(["a"], var.other), 2)`, `x = lookup(merge({a = 1}, var.other), "b", 5)`: `lookup(merge({a = 1}, var.other), "b", 5)`,
		`x = lookup({a = 1}, var.other, 5)`: `lookup({a = 1}, var.other, 5)`, `x = "a" == var.other`: `"a" == var.other`, `x = var.other == "a"`: `var.other == "a"`, `x = {for k, v in {p = "q"} : k => v...}["p"]`: `{for k, v in {p = "q"} : k => v...}["p"]`,
		`x = max(concat([1], var.other)...)`: `max(concat([1], var.other)...)`, `x = trimspace(var.other)`: "var.other", `x = jsondecode(var.other).a`: "jsondecode(var.other).a", `x = yamldecode(var.other)`: "yamldecode(var.other)",
		`x = yamldecode("a: 1\n---\nb: 2").a`: `yamldecode("a: 1\n---\nb: 2").a`, `x = join("-", concat(["a"], var.other))`: `join("-", concat(["a"], var.other))`, `x = split(" ", var.other)[0]`: `split(" ", var.other)[0]`,
		`x = contains(["a", var.other], "b")`: `contains(["a", var.other], "b")`, `x = upper(var.other)`: "upper(var.other)",
		`x = coalesce(var.other, 5)`: "coalesce(var.other, 5)", `x = var.set + var.other`: "var.set + var.other",
	} {
		if n := value(t, src); n.Text().Value != want || !n.Text().Open {
			t.Errorf("%s: %q, open: %t", src, n.Text().Value, n.Text().Open)
		}
	}
}

func TestAValueStandsWhereItWasSet(t *testing.T) {
	n := value(t, "\nx = [{\n  a = var.set\n  b = 3\n}]").Items()[0]
	if at := n.Get("a").Pos().String(); at != "terraform.tfvars:7" {
		t.Errorf("a variable's: %s", at)
	}
	if at := n.Get("a").KeyPos().String(); at != "main.tf:3" {
		t.Errorf("its key: %s", at)
	}
	if at := n.Get("b").Pos().String(); at != "main.tf:4" {
		t.Errorf("a literal's: %s", at)
	}
}

func TestJSONInATextKnowsItsLinesAndTheValuesInIt(t *testing.T) {
	n, err := value(t, "x = <<EOF\n[\n  {\n    \"name\": \"a-${var.other}\",\n    \"stopTimeout\": ${var.set},\n    \"image\": ${var.other},\n    \"command\": ${jsonencode([\"b\"])}\n  }\n]\nEOF\n").JSON()
	if err != nil {
		t.Fatal(err)
	}
	c := n.Items()[0]
	if got := c.Get("name").Text(); got.Value != "a-${var.other}" || !got.Open || got.Pos.String() != "main.tf:4" {
		t.Errorf("%+v", got)
	}
	if got := c.Get("stopTimeout"); got.Text().Value != "90" || got.Pos().String() != "terraform.tfvars:7" || got.KeyPos().String() != "main.tf:5" {
		t.Errorf("%+v at %s, key at %s", got.Text(), got.Pos(), got.KeyPos())
	}
	if got := c.Get("image").Text(); got.Value != "var.other" || !got.Open || got.Pos.Line != 6 {
		t.Errorf("%+v", got)
	}
	if got := c.Get("command").Texts(); len(got) != 1 || got[0].Value != "b" || got[0].Pos.Line != 7 {
		t.Errorf("%+v", got)
	}
}

func TestATextWithinATextIsPutInAsItIs(t *testing.T) {
	n, err := value(t, "x = templatefile(\"t.json\", {name = \"a:${var.other}\", wait = \"${var.set}\"})").JSON()
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Items()[0].Get("name").Text(); got.Value != "a:${var.other}" || !got.Open {
		t.Errorf("%+v", got)
	}
	if got := n.Items()[0].Get("stopTimeout").Text(); got.Value != "90" || got.Open {
		t.Errorf("%+v", got)
	}
}

func TestATemplateFileIsReadWithItsValues(t *testing.T) {
	n, err := value(t, `x = templatefile("t.json", {name = "w", wait = var.set})`).JSON()
	if err != nil {
		t.Fatal(err)
	}
	c := n.Items()[0]
	if c.Get("name").Text().Value != "w" || c.Get("name").KeyPos().String() != "t.json:2" || c.Get("stopTimeout").Text().Value != "90" || c.Get("stopTimeout").KeyPos().String() != "t.json:3" {
		t.Errorf("%+v %+v", c.Get("name").Text(), c.Get("stopTimeout").KeyPos())
	}
}

func TestHCLThatIsNestedOrDoublesItselfEnds(t *testing.T) {
	for _, src := range []string{
		"x = " + strings.Repeat("[", 100_000), "x = " + strings.Repeat("!", 400_000) + "true", "x = " + strings.Repeat("a ? b : ", 40_000) + "c",
		"x = " + strings.Repeat("-", 1999) + "1", "x = " + strings.Repeat("1 + ", 60_000) + "1", "x = " + strings.Repeat("\"${", 400) + "1", strings.Repeat("b {\n", 100_000),
		"x = " + strings.Repeat("a.b\n? c : ", 20_000) + "d", "x = " + strings.Repeat("f(", 499) + strings.Repeat(")", 499),
	} {
		if h, err := tree.ReadHCL("main.tf", []byte(src)); err == nil {
			h.Attributes(&tree.Scope{Forest: tree.NewForest()})
		}
	}
}

func TestTextsAndListsThatDoubleEachOtherEnd(t *testing.T) {
	for kind, again := range map[string]string{"text": "\"${PREV}${PREV}\"", "list": "concat(PREV, PREV)", "nested": "flatten([PREV, [PREV]])", "joined": "join(\"\", [PREV, PREV])", "format": "format(\"%s%s\", PREV, PREV)"} {
		t.Run(kind, func(t *testing.T) {
			b := &strings.Builder{}
			b.WriteString("x0 = " + map[bool]string{true: "[1]", false: "\"x\""}[kind == "list" || kind == "nested"] + "\n")
			for i := range 200 {
				fmt.Fprintf(b, "x%d = %s\n", i+1, strings.ReplaceAll(again, "PREV", fmt.Sprintf("x%d", i)))
			}
			h, err := tree.ReadHCL("main.tf", []byte(b.String()))
			if err != nil {
				t.Fatal(err)
			}
			in := &tree.Scope{Forest: tree.NewForest()}
			known := map[string]tree.Node{}
			in.Look = func(p []string) (tree.Node, int) { return known[p[0]], 1 }
			for i := range 200 {
				name := fmt.Sprintf("x%d", i)
				known[name] = h.Top().Attribute(name, in)
				if n := len(known[name].Text().Value); n > 1<<20 {
					t.Fatalf("%s has %d bytes", name, n)
				}
			}
		})
	}
}

func FuzzHCL(f *testing.F) {
	f.Add("x = 1 + 2")
	f.Add("resource \"a\" \"b\" {\n x = <<EOF\n[${a}]\nEOF\n}")
	f.Add(`x = merge({a = [for k, v in {p = "q"} : k if v != ""]}, {})`)
	f.Fuzz(func(t *testing.T, src string) {
		h, _ := tree.ReadHCL("main.tf", []byte(src))
		in := &tree.Scope{Forest: tree.NewForest()}
		h.Attributes(in).Get("x").JSON()
		for _, b := range h.Blocks {
			n := b.Node(in)
			n.Get("x").JSON()
			n.Last()
		}
	})
}

func TestWhereNoFileCanBeReadAFileIsNotKnown(t *testing.T) {
	h, err := tree.ReadHCL("v.tfvars", []byte("a = file(\"f\")\nb = templatefile(\"f\", {})\n"))
	if err != nil {
		t.Fatal(err)
	}
	n := h.Attributes(&tree.Scope{Forest: tree.NewForest()})
	if !n.Get("a").IsOpen() || !n.Get("b").IsOpen() {
		t.Errorf("%+v %+v", n.Get("a").Text(), n.Get("b").Text())
	}
}
