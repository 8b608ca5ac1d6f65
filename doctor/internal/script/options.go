package script

import (
	"strconv"
	"strings"
)

// options goes through words: the value of an option that has one of the names, in the next
// word or behind =.
func options(words []Word, names ...string) (value Word, ok bool) {
	for i, w := range words {
		for _, name := range names {
			rest, is := strings.CutPrefix(w.Value, name)
			switch {
			case !is:
			case rest == "" && i+1 < len(words):
				return words[i+1], true
			case strings.HasPrefix(rest, "="):
				return Word{Value: rest[1:], Open: w.Open, Said: rest[1:]}, true
			case len(name) == 2 && name[0] == '-' && rest != "":
				return Word{Value: rest, Open: w.Open, Said: rest}, true
			}
		}
	}
	return Word{}, false
}

// flag says whether there is a flag, by its long name or as a letter of a cluster.
func flag(words []Word, letter byte, long string) bool {
	for _, w := range words {
		v := w.Value
		if v == long || v == long+"=true" {
			return true
		}
		if letter != 0 && len(v) > 1 && v[0] == '-' && v[1] != '-' && strings.IndexByte(v, letter) > 0 && strings.Trim(v[1:], "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
			return true
		}
	}
	return false
}

// noTime says of a time that it is none: 0 to 5 seconds.
func noTime(w Word, ok bool) bool {
	n, err := strconv.Atoi(strings.TrimSuffix(w.Value, "s"))
	return ok && err == nil && n >= 0 && n <= longest
}

// plainWords are the words that are no options; those named have a value of their own.
func plainWords(words []Word, valued ...string) (all []Word) {
	for i := 0; i < len(words); i++ {
		v := words[i].Value
		if v == "--" {
			return append(all, words[i+1:]...)
		}
		if !strings.HasPrefix(v, "-") || v == "-" {
			all = append(all, words[i])
			continue
		}
		for _, name := range valued {
			if v == name {
				i++
			}
		}
	}
	return all
}

func killing(signal Word) bool {
	switch strings.TrimPrefix(strings.ToUpper(signal.Value), "SIG") {
	case "9", "KILL":
		return true
	}
	return false
}
