package doctor

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// wholeSeconds is a time as manifests write it.
func wholeSeconds(d time.Duration) string { return fmt.Sprint(int64(d.Seconds())) }

var (
	blockLine = regexp.MustCompile(`^(termination_grace_period_seconds\s*=\s*)\d+`)
	inBlock   = regexp.MustCompile(`^(?:container|dynamic)\b`)
)

// writeTerraform is writeGrace in Terraform's way: what stands there as a number, or in front
// of the first container's block.
func (s *scene) writeTerraform(p *kube.Pod, value string) []Edit {
	if n := p.Spec("terminationGracePeriodSeconds"); n.Exists() {
		return s.onLine(n, func(before, from string) (string, bool) {
			m := blockLine.FindStringSubmatch(from)
			if m == nil {
				return "", false
			}
			return before + m[1] + value + from[len(m[0]):], true
		})
	}
	n := p.Base("containers")
	before, from, ok := s.cut(n)
	if !ok || strings.TrimSpace(before) != "" || !inBlock.MatchString(from) {
		return nil
	}
	at := n.KeyPos()
	return []Edit{{File: at.File, First: at.Line, Last: at.Line - 1, Lines: []string{before + "termination_grace_period_seconds = " + value, ""}}}
}

var graceLine = regexp.MustCompile(`^("?terminationGracePeriodSeconds"?\s*:)[ \t]*(&\S+[ \t]+)?(?:"[^"]*"|'[^']*'|[^\s,}#]+)?`)

// writeGrace are the edits for that; none where a person has to find the way.
func (s *scene) writeGrace(p *kube.Pod, value string) []Edit {
	if p.IsTerraform() {
		return s.writeTerraform(p, value)
	}
	if n := p.Spec("terminationGracePeriodSeconds"); n.Exists() {
		return s.onLine(n, func(before, from string) (string, bool) {
			m := graceLine.FindStringSubmatch(from)
			if m == nil {
				return "", false
			}
			rest := from[len(m[0]):]
			if strings.HasPrefix(rest, "#") {
				rest = " " + rest
			}
			return before + m[1] + " " + m[2] + value + rest, true
		})
	}
	if p.Base("terminationGracePeriodSeconds").Exists() {
		return nil // a patch takes it away
	}
	return s.beside(p.Base(), p.Base("containers"), value)
}

// onLine changes the line that a key stands on: change gets what is in front of the key,
// and the rest.
func (s *scene) onLine(n tree.Node, change func(before, from string) (string, bool)) []Edit {
	pos := n.KeyPos()
	before, from, ok := s.cut(n)
	if !ok {
		return nil
	}
	line, ok := change(before, from)
	if !ok {
		return nil
	}
	return []Edit{{File: pos.File, First: pos.Line, Last: pos.Line, Lines: []string{line}}}
}

// cut is the line of a key, in two at the key.
func (s *scene) cut(n tree.Node) (before, from string, ok bool) {
	pos := n.KeyPos()
	lines := s.site.pages.lines(pos.File)
	if pos.Line < 1 || pos.Line > len(lines) {
		return "", "", false
	}
	line, at := []rune(lines[pos.Line-1]), n.Column()-1
	if at < 0 || at > len(line) {
		return "", "", false
	}
	return string(line[:at]), string(line[at:]), true
}

// beside writes a grace in front of a key of the same mapping, in its style.
func (s *scene) beside(in, n tree.Node, value string) []Edit {
	before, from, ok := s.cut(n)
	if !ok {
		return nil
	}
	key, quoted := "terminationGracePeriodSeconds", strings.HasPrefix(from, `"`)
	if quoted {
		key = `"` + key + `"`
	}
	at := n.KeyPos()
	switch alone := strings.TrimSpace(before) == ""; {
	case alone && (quoted || in.Flow()):
		return []Edit{{File: at.File, First: at.Line, Last: at.Line - 1, Lines: []string{before + key + ": " + value + ","}}}
	case alone:
		return []Edit{{File: at.File, First: at.Line, Last: at.Line - 1, Lines: []string{before + key + ": " + value}}}
	case strings.ContainsAny(before, "{,"):
		return s.onLine(n, func(before, from string) (string, bool) { return before + key + ": " + value + ", " + from, true })
	}
	return nil
}

// without takes a key of a mapping and all below it out, where it has lines of its own.
func (s *scene) without(in, n tree.Node) []Edit {
	first, last, ok := s.block(in, n)
	if !ok {
		return nil
	}
	return []Edit{{File: n.KeyPos().File, First: first, Last: last}}
}

// block are the lines of a key and of all below it, where nothing else stands on them.
func (s *scene) block(in, n tree.Node) (first, last int, ok bool) {
	before, from, ok := s.cut(n)
	if !ok || strings.TrimSpace(before) != "" || terraform.Named(n.KeyPos().File) || in.Flow() || strings.HasPrefix(from, `"`) {
		return 0, 0, false
	}
	lines := s.site.pages.lines(n.KeyPos().File)
	first = n.KeyPos().Line
	last = first
	for i, line := range lines[first:] {
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		switch {
		case text == "":
		case indent < len(before), indent == len(before) && !strings.HasPrefix(text, "- "):
			return first, last, true
		default:
			last = first + i + 1
		}
	}
	return first, last, true
}
