package kube

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A generated ConfigMap is one that a kustomization makes.
type generated struct {
	data  map[string]deploy.Text
	whole bool // all of it is known
}

// generate takes in what a kustomization makes.
func (c *Cluster) generate(doc tree.Node, dir string, file func(string) ([]byte, string, bool)) {
	for _, n := range doc.Get("configMapGenerator").Items() {
		g := generated{data: map[string]deploy.Text{}, whole: true}
		for _, t := range n.Get("literals").Texts() {
			key, value, _ := strings.Cut(t.Value, "=")
			g.data[key] = deploy.Text{Value: strings.Trim(value, `"'`), Pos: t.Pos}
		}
		for _, t := range n.Get("files").Texts() {
			key, from, ok := strings.Cut(t.Value, "=")
			if !ok {
				key, from = path.Base(t.Value), t.Value
			}
			content, shown, there := file(path.Join(dir, from))
			g.data[key] = deploy.Text{Value: string(content), Pos: deploy.Pos{File: shown, Line: 1}, Open: !there}
		}
		for _, t := range append(n.Get("envs").Texts(), n.Get("env").Text()) {
			if t.Value == "" {
				continue
			}
			content, shown, there := file(path.Join(dir, t.Value))
			g.whole = g.whole && there
			for i, line := range strings.Split(string(content), "\n") {
				if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
					g.data[key] = deploy.Text{Value: strings.Trim(value, `"'`), Pos: deploy.Pos{File: shown, Line: i + 1}}
				}
			}
		}
		if c.made == nil {
			c.made = map[string][]generated{}
		}
		name := n.Get("name").Text().Value
		c.made[name] = append(c.made[name], g)
	}
}
