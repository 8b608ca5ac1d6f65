package programs

import (
	"strings"
	"time"
)

// firstOf is the first word that is no flag, nor stands behind one of those that take a
// word, which are given with a blank between them.
func firstOf(words []string, takers string) string {
	for i := 0; i < len(words); i++ {
		switch w := words[i]; {
		case !strings.HasPrefix(w, "-"):
			return w
		case w == "--":
			if i+1 < len(words) {
				return words[i+1]
			}
		case takes(w, takers):
			i++
		}
	}
	return ""
}

func takes(word, takers string) bool {
	for taker := range strings.FieldsSeq(takers) {
		if word == taker {
			return true
		}
	}
	return false
}

// Script is the file that a shell or an interpreter was given to run; empty: none.
func Script(words []string) string {
	words = applet(words)
	if len(words) < 2 || kinds[program(words[0])] != Shell {
		return firstOf(words[min(1, len(words)):], nodeTakers)
	}
	file, inline := shellLine(words[1:])
	if inline {
		return ""
	}
	return file
}

// Inline says whether a shell was given its commands as a word: -c, also within others, as
// -lc and -euc.
func Inline(words []string) bool {
	words = applet(words)
	_, inline := shellLine(words[min(1, len(words)):])
	return inline
}

const nodeTakers = "-r --require --import --loader --experimental-loader -C --conditions"

// shellLine reads the flags of a shell, and what stands behind them: a file, or the
// commands themselves.
func shellLine(words []string) (first string, inline bool) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case len(w) < 2 || w[0] != '-' && w[0] != '+':
			return w, inline
		case w == "--":
			if i+1 < len(words) {
				return words[i+1], inline
			}
		case w == "--rcfile" || w == "--init-file":
			i++
		case w[1] != '-':
			inline = inline || strings.IndexByte(w, 'c') > 0
			if last := w[len(w)-1]; last == 'o' || last == 'O' {
				i++
			}
		}
	}
	return "", inline
}

// applet is a command without the busybox in front of it.
func applet(words []string) []string {
	if len(words) > 1 && program(words[0]) == "busybox" {
		return words[1:]
	}
	return words
}

// Limit is the time after which timeout(1) ends its command, as it was typed; empty: not
// known.
func Limit(words []string) string {
	w := firstOf(words[min(1, len(words)):], "-s --signal -k --kill-after")
	if _, err := time.ParseDuration(w); err == nil || w == "" {
		return w
	}
	if strings.Trim(w, "0123456789.") == "" {
		return w + "s"
	}
	return ""
}
