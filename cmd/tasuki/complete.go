package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// A candidate is one way in which a word may go on.
type candidate struct{ word, about string }

// A completion walks a command line that is not finished, to find what its last
// word may be.
type completion struct {
	node   *kong.Node
	argued int         // arguments of node so far
	open   *kong.Value // a flag that waits for its value
	done   bool        // -- was there: no more flags
	store  string
}

// candidates are what the last of words may become.
func (c *caller) candidates(app *kong.Application, words []string) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	x := &completion{node: app.Node, store: c.store}
	for _, word := range words[:len(words)-1] {
		x.pass(word)
	}
	last, before, all := words[len(words)-1], "", []candidate(nil)
	name, value, assigned := strings.Cut(last, "=")
	switch flag := x.flag(name); {
	case x.open != nil:
		before, all = c.values(x, x.open, last)
	case assigned && flag != nil && !x.done:
		before, all = c.values(x, flag.Value, value)
		before = name + "=" + before
	case strings.HasPrefix(last, "-") && !x.done:
		all = x.flags()
	default:
		if all = x.commands(); len(all) == 0 {
			before, all = c.values(x, x.argument(), last)
		}
	}
	return fitting(last, before, all)
}

// fitting are those that the word begins like.
func fitting(word, before string, all []candidate) (fit []candidate) {
	for _, one := range all {
		if one.word = before + one.word; strings.HasPrefix(one.word, word) {
			fit = append(fit, one)
		}
	}
	return fit
}

// pass takes a word that is finished.
func (x *completion) pass(word string) {
	name, value, assigned := strings.Cut(word, "=")
	switch flag := x.flag(name); {
	case x.open != nil:
		x.took(x.open, word)
		x.open = nil
	case x.done:
		x.argued++
	case word == "--":
		x.done = true
	case flag != nil && assigned:
		x.took(flag.Value, value)
	case flag != nil && !flag.IsBool() && !flag.IsCounter():
		x.open = flag.Value
	case strings.HasPrefix(word, "-"):
	default:
		if child := x.child(word); child != nil {
			x.node, x.argued = child, 0
		} else {
			x.argued++
		}
	}
}

func (x *completion) took(flag *kong.Value, value string) {
	if flag.Name == "store" {
		x.store = value
	}
}

func (x *completion) child(name string) *kong.Node {
	for _, child := range x.node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

// flag is the flag of that name, as it is typed.
func (x *completion) flag(word string) *kong.Flag {
	for _, group := range x.node.AllFlags(false) {
		for _, flag := range group {
			if word == "--"+flag.Name || flag.Short != 0 && word == "-"+string(flag.Short) {
				return flag
			}
		}
	}
	return nil
}

// flags are those that may come here.
func (x *completion) flags() (all []candidate) {
	for _, group := range x.node.AllFlags(true) {
		for _, flag := range group {
			all = append(all, candidate{"--" + flag.Name, flag.Help})
		}
	}
	return all
}

// commands are the subcommands that may come here.
func (x *completion) commands() (all []candidate) {
	if x.argued > 0 {
		return nil
	}
	for _, child := range x.node.Children {
		if !child.Hidden && child.Type == kong.CommandNode {
			all = append(all, candidate{child.Name, child.Help})
		}
	}
	return all
}

// argument is the argument that comes next; nil: none.
func (x *completion) argument() *kong.Value {
	args := x.node.Positional
	if x.argued < len(args) {
		return args[x.argued]
	}
	if n := len(args); n > 0 && args[n-1].IsCumulative() {
		return args[n-1]
	}
	return nil
}
