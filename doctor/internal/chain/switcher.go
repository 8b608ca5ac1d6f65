package chain

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// switcher follows su's -c, or the words of runuser.
func (in Place) switcher(c *Chain, words []deploy.Text, depth int) ([]deploy.Text, bool) {
	l := Link{Role: Switcher, Name: path.Base(words[0].Value), Pos: words[0].Pos, Trap: Kills, Offset: -1}
	for i, w := range words[1:] {
		text, given := strings.CutPrefix(w.Value, "--command=")
		switch {
		case given:
			c.join(l, in.inside(deploy.Text{Value: text, Pos: w.Pos, Open: w.Open}, frame{family: in.family("sh"), depth: depth + 1}).chain)
			return nil, false
		case (w.Value == "-c" || w.Value == "--command" || w.Value == "-lc") && i+2 < len(words):
			c.join(l, in.inside(words[i+2], frame{family: in.family("sh"), depth: depth + 1}).chain)
			return nil, false
		}
	}
	rest := afterFlags(words[1:], "-u", "-g", "-G", "-s", "-w", "--user", "--group", "--shell")
	if len(rest) > 0 && rest[0].Value == "-" {
		rest = rest[1:]
	}
	if l.Name == "su" && len(rest) > 0 { // the user, and then words for their shell
		rest = afterDashes(rest[1:])
		if len(rest) > 0 {
			rest = append([]deploy.Text{{Value: "sh", Pos: words[0].Pos, Implied: true}}, rest...)
		}
	}
	c.Links = append(c.Links, l)
	return rest, len(rest) > 0
}
