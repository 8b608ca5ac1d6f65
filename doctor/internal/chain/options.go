package chain

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// afterFlags are the words behind the options in front of them; the ones named have a value
// of their own in the next word.
func afterFlags(words []deploy.Text, withValue ...string) []deploy.Text {
	for len(words) > 0 && strings.HasPrefix(words[0].Value, "-") && words[0].Value != "-" {
		w := words[0].Value
		words = words[1:]
		if w == "--" {
			return words
		}
		for _, name := range withValue {
			if w == name && len(words) > 0 {
				words = words[1:]
			}
		}
	}
	return words
}

// afterDashes are the words behind two dashes that stand in front of them.
func afterDashes(words []deploy.Text) []deploy.Text {
	if len(words) > 0 && words[0].Value == "--" {
		return words[1:]
	}
	return words
}

// short says whether a cluster of one-letter options has one.
func short(word string, letter byte) bool {
	return len(word) > 1 && word[0] == '-' && word[1] != '-' && strings.IndexByte(word, letter) > 0
}

// exits says whether a shell's options have -e.
func exits(options []deploy.Text) bool {
	for i, o := range options {
		if short(o.Value, 'e') || o.Value == "errexit" && i > 0 && strings.HasSuffix(options[i-1].Value, "o") {
			return true
		}
	}
	return false
}

// commandString is the string behind -c, also where it is one of a cluster (-lc), and what
// stands behind it; or what stands behind the options.
func commandString(args []deploy.Text) (text deploy.Text, rest []deploy.Text, ok bool) {
	for i := 0; i < len(args); i++ {
		w := args[i].Value
		switch {
		case w == "--" && !ok:
			return text, args[min(i+1, len(args)):], false
		case w == "--":
		case short(w, 'c'):
			ok = true
			if valued(w) {
				i++
			}
		case valued(w), w == "--rcfile", w == "--init-file":
			i++
		case len(w) > 1 && (w[0] == '-' || w[0] == '+') && !args[i].Open:
		case ok:
			return args[i], args[i+1:], true
		default:
			return text, args[i:], false
		}
	}
	return text, nil, false
}

// valued says whether a cluster of options ends with one that has a value: -eo pipefail.
func valued(w string) bool {
	return len(w) > 1 && (w[0] == '-' || w[0] == '+') && w[1] != '-' && strings.ContainsAny(w[len(w)-1:], "oO")
}
