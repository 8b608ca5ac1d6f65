// Package kamal reads Kamal's config/deploy.yml: its roles, and how each is stopped.
package kamal

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/shell"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Named says whether a file is one by its name: config/deploy.yml, or that of a destination.
func Named(name string) bool {
	base, ext := path.Base(name), path.Ext(name)
	return path.Base(path.Dir(name)) == "config" && (ext == ".yml" || ext == ".yaml") && (base == "deploy"+ext || strings.HasPrefix(base, "deploy."))
}

// IsBase says whether it is the file that those of destinations are merged into.
func IsBase(name string) bool { return strings.Count(path.Base(name), ".") == 1 }

// Holds says whether a file is Kamal's by its words.
func Holds(content []byte) bool {
	text := "\n" + string(content)
	return strings.Contains(text, "\nservers:") || strings.Contains(text, "\nservice:")
}

var (
	// alone is Ruby that stands on lines of its own and prints nothing: <% require "dotenv" %>.
	alone = regexp.MustCompile(`(?ms)^[ \t]*<%(?:[^=%](?:[^%]|%[^>])*)?%>[ \t]*$`)
	// branches are of Ruby that decides what of the lines behind it counts.
	branches = regexp.MustCompile(`\b(?:if|unless|else|elsif|case|when|end|do|each|while|until|for)\b|\{\s*\|`)
)

// Plain is a configuration without Ruby that only prepares something, such as a file of
// variables that is read; its lines stay where they are.
func Plain(content []byte) []byte {
	return alone.ReplaceAllFunc(content, func(code []byte) []byte {
		if branches.Match(code) && !bytes.HasPrefix(bytes.TrimSpace(code), []byte("<%#")) {
			return code
		}
		return bytes.Repeat([]byte("\n"), bytes.Count(code, []byte("\n")))
	})
}

// The times that Kamal gives (basecamp/kamal#1348, #1372): a role that the proxy serves is
// stopped by docker stop without a time, any other with drain_timeout.
const (
	ProxyGrace = 10 * time.Second
	Drain      = 30 * time.Second
)

// A Config is a configuration: the files that are merged, the one that wins first.
type Config struct {
	Docs []tree.Node
}

// A Role is a group of hosts that run one command.
type Role struct {
	Name    string
	Pos     deploy.Pos
	Node    tree.Node // its mapping; not there for a plain list of hosts
	Proxied bool      // kamal-proxy serves it
	Command *deploy.Command
	Env     map[string]deploy.Text
	EnvOpen bool
	Init    deploy.Pos
	Grace   deploy.Figure
}

// get is a setting of the configuration.
func (c *Config) get(keys ...string) tree.Node {
	for _, doc := range c.Docs {
		if n := doc.Get(keys...); n.Exists() {
			return n
		}
	}
	return tree.Node{}
}

// Builder is the Dockerfile and the folder that the image is built from.
func (c *Config) Builder() (dockerfile, context string) {
	dockerfile, context = c.get("builder", "dockerfile").Text().Value, c.get("builder", "context").Text().Value
	if context == "" {
		context = "."
	}
	if dockerfile == "" {
		dockerfile = path.Join(context, "Dockerfile")
	}
	return path.Clean(dockerfile), path.Clean(context)
}

// Target is the stage that is built; empty: the last.
func (c *Config) Target() string { return c.get("builder", "target").Text().Value }

// Roles are the roles of all files, each once.
func (c *Config) Roles() (all []*Role) {
	primary := c.get("primary_role").Text().Value
	if primary == "" {
		primary = "web"
	}
	if servers := c.get("servers"); servers.IsList() {
		return []*Role{c.role("web", servers.KeyPos(), primary)}
	}
	seen := map[string]bool{}
	for i := len(c.Docs) - 1; i >= 0; i-- {
		for key := range c.Docs[i].Get("servers").Pairs() {
			if !seen[key.Value] {
				seen[key.Value] = true
				all = append(all, c.role(key.Value, key.Pos, primary))
			}
		}
	}
	return all
}

func (c *Config) role(name string, pos deploy.Pos, primary string) *Role {
	own := func(keys ...string) tree.Node { return c.get(append([]string{"servers", name}, keys...)...) }
	r := &Role{Name: name, Pos: pos, Node: own(), Env: map[string]deploy.Text{}, Proxied: name == primary}
	for _, key := range []string{"proxy", "traefik"} {
		if n := own(key); n.Exists() {
			on, ok := n.Bool()
			r.Proxied = on || !ok
		}
	}
	r.Command = command(own("cmd"))
	for _, env := range []tree.Node{c.get("env"), own("env")} {
		r.environment(env)
	}
	if on, _ := own("options", "init").Bool(); on {
		r.Init = own("options", "init").KeyPos()
	}
	r.Grace = c.grace(r, own)
	return r
}

// command is the string that Kamal puts behind docker run's image: a shell on the host
// splits it.
func command(n tree.Node) *deploy.Command {
	t := n.Text()
	if t.Value == "" {
		return nil
	}
	c := &deploy.Command{Pos: n.KeyPos(), Form: deploy.Split}
	words, _, err := shell.Split(t.Value)
	if err != nil || strings.Contains(t.Value, "<%") {
		c.Words = []deploy.Text{{Value: t.Value, Pos: t.Pos, Open: true}}
		return c
	}
	for _, w := range words {
		c.Words = append(c.Words, deploy.Text{Value: w, Pos: t.Pos, Open: strings.Contains(w, "$")})
	}
	return c
}

// environment reads env: with clear and secret below it, or plain.
func (r *Role) environment(env tree.Node) {
	for key, value := range env.Pairs() {
		switch {
		case key.Value == "clear" && value.IsMap():
			r.environment(value)
		case value.IsList(): // secret: its values are on the machine that deploys
			for _, name := range value.Texts() {
				r.Env[name.Value] = deploy.Text{Value: "${" + name.Value + "}", Pos: name.Pos, Open: true}
			}
		case key.Value == "tags":
		default:
			t := value.Text()
			t.Pos, t.Open = key.Pos, t.Open || strings.Contains(t.Value, "<%")
			r.Env[key.Value] = t
		}
	}
}

// A setting is one that may say the grace.
type setting struct {
	what string
	node tree.Node
}

// grace is how long a stop of the role may take, by whoever says it.
func (c *Config) grace(r *Role, own func(...string) tree.Node) deploy.Figure {
	settings := []setting{{"stop_timeout", own("stop_timeout")}, {"stop_timeout", c.get("stop_timeout")}, {"stop_wait_time", c.get("stop_wait_time")}}
	if r.Proxied {
		settings = append(settings, setting{"stop-timeout", own("options", "stop-timeout")})
	} else {
		settings = append(settings, setting{"drain_timeout", c.get("drain_timeout")})
	}
	for _, s := range settings {
		if s.node.Exists() && !s.node.IsNull() {
			f := deploy.Figure{What: s.what, Pos: s.node.KeyPos()}
			seconds, err := strconv.Atoi(strings.TrimSuffix(s.node.Text().Value, "s"))
			if f.Time = time.Duration(seconds) * time.Second; err != nil || seconds < 0 {
				f.Time, f.Open = 0, fmt.Sprintf("is %q, which no file here resolves", s.node.Text().Value)
			}
			return f
		}
	}
	if r.Proxied {
		return deploy.Figure{Time: ProxyGrace, Default: true, What: "Docker's default grace", Pos: r.Pos}
	}
	return deploy.Figure{Time: Drain, Default: true, What: "Kamal's default drain_timeout", Pos: r.Pos}
}
