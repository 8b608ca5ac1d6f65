package doctor

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// An ignore takes findings out of the report, for a reason: a comment beside the line or
// above it, or an entry of the configuration.
//
//	# tasuki:ignore D101 the image of the tests, nothing is deployed from it
type ignore struct {
	pos    Pos
	rules  []string
	reason string
	lines  [2]int // of pos.File; 0, 0: all
	glob   string // of files, from the configuration; empty: pos.File alone
	all    bool   // it is meant everywhere
	used   bool
}

var ignoreMark = regexp.MustCompile(`(?:#|//|;|<!--)\s*tasuki:ignore\b[ \t]*([A-Z]\d{3}(?:[ \t]*,[ \t]*[A-Z]\d{3})*)?[ \t:]*(.*)`)

// ignores are the comments of a file.
func ignores(file string, content []byte) (all []ignore) {
	if !strings.Contains(string(content), "tasuki:ignore") {
		return nil
	}
	lines := strings.Split(string(content), "\n")
	for i, line := range lines {
		at := ignoreMark.FindStringSubmatchIndex(line)
		if at == nil {
			continue
		}
		m := ignoreMark.FindStringSubmatch(line)
		g := ignore{pos: Pos{File: file, Line: i + 1}, reason: strings.TrimSpace(strings.TrimSuffix(m[2], "-->"))}
		g.rules = strings.FieldsFunc(m[1], func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
		g.lines = [2]int{i + 1, i + 1}
		if strings.TrimSpace(line[:at[0]]) == "" {
			g.lines[1] = below(lines, i)
		}
		all = append(all, g)
	}
	return all
}

// below is the line that a comment on a line of its own is about: the next that is none.
func below(lines []string, i int) int {
	for j := i + 1; j < len(lines); j++ {
		text := strings.TrimSpace(lines[j])
		if text != "" && !strings.HasPrefix(text, "#") && !strings.HasPrefix(text, "//") && !strings.HasPrefix(text, ";") {
			return j + 1
		}
	}
	return i + 1
}

// takes says whether a finding is meant.
func (g *ignore) takes(f *Finding, shown func(string) string) bool {
	if g.reason == "" || !slices.Contains(g.rules, f.Rule) {
		return false
	}
	if g.all {
		return true
	}
	if g.glob != "" {
		return matches(shown(g.glob), f.Pos.File)
	}
	return g.pos.File == f.Pos.File && (g.lines == [2]int{} || f.Pos.Line <= g.lines[1] && max(f.Pos.Last, f.Pos.Line) >= g.lines[0])
}

// matches is path.Match, with ** for any number of folders at the end.
func matches(glob, name string) bool {
	if dir, ok := strings.CutSuffix(glob, "/**"); ok {
		return strings.HasPrefix(name, dir+"/")
	}
	ok, _ := path.Match(glob, name)
	return ok || strings.HasPrefix(name, strings.TrimSuffix(glob, "/")+"/")
}

// sort parts what is reported from what is ignored.
func (s *site) sort(all []Finding) (kept, ignored []Finding) {
	given := s.config.ignores
	for file, content := range s.repo.All() {
		given = append(given, ignores(file, content)...)
	}
	for _, f := range all {
		i := slices.IndexFunc(given, func(g ignore) bool { return g.takes(&f, s.repo.Shown) })
		if i < 0 {
			kept = append(kept, f)
			continue
		}
		given[i].used = true
		f.Reason = given[i].reason
		ignored = append(ignored, f)
	}
	return append(kept, useless(given)...), ignored
}

// useless are the ignores that ignore nothing.
func useless(given []ignore) (all []Finding) {
	for _, g := range given {
		f := Finding{Rule: "X901", Severity: Warning, Pos: g.pos, Message: "an ignore without a reason, which is not heeded", Fix: "say why: tasuki:ignore D101 the reason"}
		switch {
		case g.used:
			continue
		case len(g.rules) == 0:
			f.Message = "an ignore without a rule, which is not heeded"
		case g.reason != "":
			f.Rule, f.Severity, f.Message, f.Fix = "X902", Info, "an ignore that ignores nothing", "take it out"
		}
		all = append(all, f)
	}
	return all
}
