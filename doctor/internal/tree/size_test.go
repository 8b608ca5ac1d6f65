package tree

import (
	"strings"
	"testing"
)

func TestASizeCountsAliasesEachTimeAndFindsThoseThatHoldThemselves(t *testing.T) {
	for in, want := range map[string]int{
		"a: 1":                                  3,
		"a: &a [x, y]\nb: *a":                   9,
		"a: &a [x, *a]":                         -1,
		"a: &a {b: 1, <<: *a}":                  -1,
		"a: &a {b: &b {c: *b}}":                 -1,
		"a: [" + strings.Repeat("x,", 99) + "]": 11,
	} {
		docs, err := YAML("f", []byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if got := docs[0].Size(10); got != want {
			t.Errorf("%q has %d, want %d", in, got, want)
		}
	}
}

func TestABlockOfTextBeginsBelowItsKeyUnlessAnAliasStandsForIt(t *testing.T) {
	docs, err := YAML("f", []byte("a: &x |\n  b\nc: *x\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, c := docs[0].Get("a"), docs[0].Get("c")
	if a.Text().Pos.Line != 2 || a.Alias() || c.Text().Pos.Line != 3 || !c.Alias() {
		t.Errorf("%v, %v", a.Text(), c.Text())
	}
}
