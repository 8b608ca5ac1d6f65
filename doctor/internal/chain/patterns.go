package chain

import (
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/pattern"
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// matches says whether a case's word fits one of the patterns, and whether that is sure.
func (e asker) matches(word deploy.Text, patterns []*syntax.Word) (hit, sure bool) {
	for _, p := range patterns {
		if text := e.word(p); text.Value == "*" {
			return true, true
		}
	}
	if word.Open {
		return true, false
	}
	sure = true
	for _, p := range patterns {
		text := e.word(p)
		hit, ok := fits(text.Value, word.Value)
		switch {
		case text.Open || !ok:
			sure = false
		case hit:
			return true, sure
		}
	}
	return !sure, sure
}

// fits says whether a word fits a shell's pattern; ok: that can be told.
func fits(p, word string) (hit, ok bool) {
	if !strings.ContainsAny(p, `*?[\`) {
		return p == word, true
	}
	if len(p) > 200 || len(word) > 2000 {
		return false, false
	}
	expr, err := pattern.Regexp(p, pattern.EntireString)
	if err != nil {
		return false, false
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return false, false
	}
	return re.MatchString(word), true
}

func (e asker) catchesAll(patterns []*syntax.Word) bool {
	for _, p := range patterns {
		if e.word(p).Value == "*" {
			return true
		}
	}
	return false
}
