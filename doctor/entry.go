package doctor

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
)

// behindPublic are the words of what is started, with those in front that a well-known image's own
// entry point becomes.
func behindPublic(w *deploy.Workload) []deploy.Text {
	entry, command := w.Starts()
	name := w.ImageName.Value
	if w.Image != nil {
		name = w.Image.Base
	}
	if entry != nil || command == nil || command.Form == deploy.Shell {
		return w.Words()
	}
	var words []deploy.Text
	for _, word := range image.Entry(name) {
		words = append(words, deploy.Text{Value: word, Pos: command.Pos, Implied: true})
	}
	return append(words, command.Words...)
}

// behindEntry takes an entry point that is not in this repository for one that becomes what it
// is given, as nearly all do: the worker behind it is known at least, and its times.
func (f *follower) behindEntry(k *work, in chain.Place) {
	entry, command := k.Starts()
	if entry == nil || command == nil || command.Form == deploy.Shell || len(command.Words) == 0 {
		return
	}
	program := k.chain.Program
	n := len(program) - len(command.Words)
	if n < 1 || program[0].Open || !slices.EqualFunc(program[n:], command.Words, func(a, b deploy.Text) bool { return a == b }) {
		return
	}
	if !strings.Contains(command.Words[0].Value, "/") && len(command.Words) == 1 {
		in.Known.Own = nil // it may be a command of the entry point's own: shop worker
	}
	behind := chain.Follow(command.Words, in)
	if behind.Worker == nil {
		return
	}
	behind.Links = append(append(k.chain.Links, chain.Link{Role: chain.Wrapper, Name: path.Base(program[0].Value), Pos: program[0].Pos}), behind.Links...)
	maps.Copy(behind.Env, k.chain.Env)
	k.chain = behind
	k.entry = program[0]
}

// usualEntries are entry points of public images that become what they are given.
var usualEntries = map[string]bool{"docker-entrypoint.sh": true, "docker-php-entrypoint": true}

// strange says of an entry point that nobody here can look into it.
func (b *notebook) strange(entry deploy.Text) {
	n := Note{Pos: entry.Pos, Text: "what " + entry.Value + " does with a stop signal is not known: it is no script of this repository", Hint: "it has to become what it is given: exec \"$@\""}
	if entry.Given() && !usualEntries[path.Base(entry.Value)] {
		b.once(n)
	}
}

// strangers says it of all that stands in front of a worker.
func (b *notebook) strangers(k *work) {
	b.strange(k.entry)
	for _, l := range k.chain.Links {
		if l.Strange {
			b.strange(deploy.Text{Value: l.Name, Pos: l.Pos})
		}
	}
}
