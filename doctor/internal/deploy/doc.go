// Package deploy is what the files of a repository say about how its programs are started
// and stopped, in one form for all platforms. Readers of formats make it, rules judge it.
package deploy

import "strconv"

// A Pos is a place in a file.
type Pos struct {
	File string // as the user would type it
	Line int    // from 1; 0: the file as a whole
	Last int    // the last line of what is meant; 0: Line
}

func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Known says whether it is a place at all: what nobody has written has none.
func (p Pos) Known() bool { return p.File != "" }

// A Text is a word that a file holds.
type Text struct {
	Value string
	Pos   Pos
	Open  bool // it depends on something that no file here says: a variable, a template

	Implied bool // no file holds it: the platform adds it, such as the shell of a string
}

// Given says whether a file holds it.
func (t Text) Given() bool { return t.Pos.Known() || t.Value != "" }

// Values are the words without their places.
func Values(words []Text) []string {
	var all []string
	for _, w := range words {
		all = append(all, w.Value)
	}
	return all
}
