package chain

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// call is a program that the script starts, or a word of the shell itself.
func (t *tour) call(c *syntax.CallExpr, w where) {
	if len(c.Args) == 0 {
		for _, a := range c.Assigns {
			t.assign(a)
		}
		return
	}
	words, v := t.words(c), t.visit(c)
	if v.mark(); len(words) > 0 && t.builtin(words, c, w) {
		return
	}
	before := len(t.stops)
	exec := len(words) > 0 && t.begin(c, words, w)
	if args := t.state.args; len(args) == 0 && t.spreads(c) {
		for _, other := range t.state.others {
			t.state.args = other
			exec = t.begin(c, t.words(c), w) || exec
		}
		t.state.args = args
	}
	v.stops = append(v.stops, t.stops[before:]...)
	v.mark()
	t.ended = t.ended || exec && !w.piped && !w.background && !w.subshell
}

// words are those that a call becomes.
func (t *tour) words(c *syntax.CallExpr) (words []deploy.Text) {
	for _, a := range c.Args {
		if words = append(words, t.fields(a)...); len(words) > mostArgs {
			break
		}
	}
	return words
}

// spreads says whether a call has "$@" in it.
func (t *tour) spreads(c *syntax.CallExpr) bool {
	return slices.ContainsFunc(c.Args, func(a *syntax.Word) bool { name, all := spread(a); return all && name == "" })
}

// begin starts what the words say; exec: in place of the script.
func (t *tour) begin(c *syntax.CallExpr, words []deploy.Text, w where) (exec bool) {
	if len(words) == 0 {
		return false
	}
	if exec = words[0].Value == "exec" && !words[0].Open; exec {
		if words = afterFlags(words[1:], "-a"); len(words) == 0 {
			return false // it redirects all that follows
		}
	}
	for _, words := range t.chosen(words) {
		t.start(c, words, exec, w)
	}
	return exec
}

// chosen are the words with each of the values that an uncertain variable in front may hold.
func (t *tour) chosen(words []deploy.Text) [][]deploy.Text {
	if !words[0].Open {
		return [][]deploy.Text{words}
	}
	name := strings.Trim(words[0].Value, `"${}`)
	name = strings.TrimSuffix(name, "[@]")
	may := t.state.choices[name]
	if len(may) == 0 {
		return [][]deploy.Text{words}
	}
	var all [][]deploy.Text
	for _, value := range may {
		all = append(all, append(split(deploy.Text{Value: value, Pos: words[0].Pos}), words[1:]...))
	}
	return all
}

func split(text deploy.Text) []deploy.Text {
	var all []deploy.Text
	for _, part := range strings.Fields(text.Value) {
		all = append(all, deploy.Text{Value: part, Pos: text.Pos})
	}
	return all
}
