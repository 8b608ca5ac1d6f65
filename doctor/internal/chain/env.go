package chain

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// env passes env NAME=value COMMAND.
func env(c *Chain, words []deploy.Text) []deploy.Text {
	for i, w := range words[1:] {
		if (w.Value == "-C" || w.Value == "--chdir") && i+2 < len(words) {
			c.Dir = joined(c.Dir, words[i+2].Value)
		}
	}
	return c.wrap(words, assigned(c, afterFlags(words[1:], "-u", "--unset", "-C", "--chdir")))
}

// splits says whether env gets its command as one word: env -S "NAME=value command".
func splits(words []deploy.Text) bool {
	return len(words) > 1 && (strings.HasPrefix(words[1].Value, "-S") || strings.HasPrefix(words[1].Value, "--split-string"))
}

// envString follows the command that env gets as one word.
func (in Place) envString(c *Chain, words []deploy.Text, depth int) bool {
	text := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(words[1].Value, "--split-string"), "-S"), "=")
	behind := words[2:]
	if text == "" && len(behind) > 0 {
		text, behind = behind[0].Value, behind[1:]
	}
	all := []deploy.Text{words[0]}
	for _, f := range strings.Fields(text) {
		all = append(all, deploy.Text{Value: f, Pos: words[1].Pos})
	}
	rest := in.follow(append(all, behind...), depth+1)
	c.Links = append(c.Links, rest.Links...)
	c.Worker, c.Program, c.Open = rest.Worker, rest.Program, rest.Open
	for name, value := range rest.Env {
		c.Env[name] = value
	}
	return false
}

// assigned takes NAME=VALUE words from the front.
func assigned(c *Chain, words []deploy.Text) []deploy.Text {
	for len(words) > 0 {
		name, value, ok := strings.Cut(words[0].Value, "=")
		if !ok || name == "" {
			break
		}
		c.Env[name] = deploy.Text{Value: value, Pos: words[0].Pos, Open: words[0].Open}
		words = words[1:]
	}
	return words
}
