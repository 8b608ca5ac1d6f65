package chain

import (
	"path"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// inits pass signals on to their child, and end with it; ours passes them to the worker.
var inits = map[string]bool{"tini": true, "tini-static": true, "docker-init": true, "catatonit": true, "dumb-init": true, "tasuki-init": true}

// init passes an init.
func (in Place) init(c *Chain, words []deploy.Text) ([]deploy.Text, bool) {
	name := path.Base(words[0].Value)
	if name == "tasuki-init" {
		return ourInit(c, words)
	}
	env := func(name string) string {
		if t, ok := in.variable(c, name); ok {
			return t.Value
		}
		return ""
	}
	l := Link{Role: Init, Name: name, Pos: words[0].Pos, Groups: programs.Broadcasts(deploy.Values(words), env)}
	c.Links = append(c.Links, l)
	rest := afterFlags(words[1:], "-p", "-e", "-r", "--rewrite")
	return rest, len(rest) > 0
}

// variable is one that was set on the way, or that the place has.
func (in Place) variable(c *Chain, name string) (deploy.Text, bool) {
	if t, ok := c.Env[name]; ok {
		return t, true
	}
	if in.Env == nil {
		return deploy.Text{}, false
	}
	return in.Env(name)
}

// isOurs says whether it is `tasuki init`.
func isOurs(words []deploy.Text) bool { return programs.Of(deploy.Values(words)) == programs.OurInit }

// ourInit passes tasuki-init or tasuki init. One that was told to signal its child alone does
// no more than others.
func ourInit(c *Chain, words []deploy.Text) ([]deploy.Text, bool) {
	l := Link{Role: OurInit, Name: path.Base(words[0].Value), Pos: words[0].Pos}
	values := deploy.Values(words)
	rest := words[1:]
	if l.Name == "tasuki" {
		l.Name = "tasuki init"
		for i, v := range values {
			if v == "init" && i > 0 {
				rest = words[i+1:]
				break
			}
		}
	}
	none := func(string) string { return "" }
	if programs.Narrow(values, none) {
		l.Role = Init
	}
	l.Groups = l.Role == Init && programs.Broadcasts(values, none)
	c.Links = append(c.Links, l)
	rest = afterFlags(rest, "-r", "--rewrite", "-e", "-p", "--grace", "--linger")
	return rest, len(rest) > 0
}
