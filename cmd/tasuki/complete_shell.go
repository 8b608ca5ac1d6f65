package main

import (
	"strings"

	"github.com/alecthomas/kong"
)

// completeWord is what the scripts call; nobody types it.
const completeWord = "__complete"

// complete answers what the shells' scripts ask: tasuki __complete zsh WORD…,
// fish WORD…, or bash LINE BREAKS, where LINE is what was typed up to the cursor
// and BREAKS what bash takes for ends of words.
func (c *caller) complete(app *kong.Application, args []string) int {
	if len(args) == 0 {
		return exitUsage
	}
	shell, words, breaks := args[0], args[1:], ""
	if shell == "bash" {
		if len(args) != 3 {
			return exitUsage
		}
		if words, breaks = shellWords(args[1]), args[2]; len(words) > 0 {
			words = words[1:]
		}
	}
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	for _, one := range c.candidates(app, words) {
		if err := c.printf("%s\n", one.forShell(shell, last, breaks)); err != nil {
			return exitFailed
		}
	}
	return exitOK
}

// forZsh makes a word one that its _describe reads back.
var forZsh = strings.NewReplacer(`\`, `\\`, ":", `\:`)

// forShell writes a candidate as the shell's script reads it.
func (x candidate) forShell(shell, last, breaks string) string {
	word, about := plain(x.word), plain(x.about)
	switch {
	case shell == "zsh" && about != "":
		return forZsh.Replace(word) + ":" + about
	case shell == "zsh":
		return forZsh.Replace(word)
	case shell == "fish" && about != "":
		return word + "\t" + about
	case shell == "fish":
		return word
	}
	// bash completes only what stands behind the last break of the word.
	if i := strings.LastIndexAny(last, breaksOf(breaks)); i >= 0 && strings.HasPrefix(word, last[:i+1]) {
		word = word[i+1:]
	}
	return quoted(word)
}

// breaksOf are those of bash's breaks that can stand inside of a word of ours.
func breaksOf(breaks string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(":=@", r) {
			return r
		}
		return -1
	}, breaks)
}

// quoted is a word that a shell takes for one.
func quoted(word string) string {
	var b strings.Builder
	for _, r := range word {
		if r < 0x80 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// shellWords splits a line as a shell does: at blanks, with quotes and
// backslashes. The last word is the one that is typed; empty behind a blank.
func shellWords(line string) []string {
	words, quote, escaped := []string{""}, rune(0), false
	add := func(r rune) { words[len(words)-1] += string(r) }
	for _, r := range strings.TrimLeft(line, " \t") {
		switch {
		case escaped:
			add(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				add(r)
			}
		case r == '\'' || r == '"':
			quote = r
		case r == ' ' || r == '\t':
			if words[len(words)-1] != "" {
				words = append(words, "")
			}
		default:
			add(r)
		}
	}
	return words
}
