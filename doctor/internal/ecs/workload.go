package ecs

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Workloads are the task's containers.
func (t *Task) Workloads() (all []*deploy.Workload) {
	for _, c := range t.Containers {
		all = append(all, c.workload())
	}
	return all
}

func (c *Container) workload() *deploy.Workload {
	w := &deploy.Workload{Platform: deploy.ECS, Name: "task definition " + c.Task.Name + ", container " + c.Name, Pos: c.Pos(), ImageName: c.Image(),
		Entry: c.command("entryPoint", "entrypoint"), Command: c.command("command"), Grace: c.grace(), Detail: c}
	c.environment(w)
	for _, init := range []tree.Node{c.Node.Get("linuxParameters", "initProcessEnabled"), c.Node.Get("linux_parameters", "initProcessEnabled"), c.overrides["linuxparameters.initprocessenabled"]} {
		if on, ok := init.Bool(); ok && on {
			w.Init = init.KeyPos()
		} else if ok {
			c.usual.init = deploy.Pos{} // it is said to be off
		}
	}
	if !w.Init.Known() {
		w.Init = c.usual.init
	}
	return w
}

// command is a list of words; what is not known is one open word.
func (c *Container) command(names ...string) *deploy.Command {
	for _, name := range names {
		n := c.Node.Get(name)
		switch {
		case !n.Exists() || n.IsNull():
		case n.IsList() && len(n.Items()) == 0: // the image's own
		case n.IsList():
			return &deploy.Command{Pos: n.KeyPos(), Words: n.Texts()}
		case n.IsOpen():
			return &deploy.Command{Pos: n.KeyPos(), Words: []deploy.Text{n.Text()}}
		case c.Task.Form == Manifest && n.Text().Value != "":
			return &deploy.Command{Pos: n.KeyPos(), Form: deploy.Split, Words: fields(n.Text())}
		}
	}
	return nil
}

// environment is a list of names and values, or a mapping.
func (c *Container) environment(w *deploy.Workload) {
	w.Env = map[string]deploy.Text{}
	for _, key := range []string{"environment", "variables"} {
		n := c.Node.Get(key)
		for _, e := range n.Items() {
			value := e.Get("value").Text()
			value.Open = value.Open || !e.Get("value").Exists()
			w.Env[e.Get("name").Text().Value] = value
		}
		for name, value := range n.Pairs() {
			w.Env[name.Value] = variable(value)
		}
		w.EnvOpen = w.EnvOpen || n.IsOpen() || n.Partly()
	}
	for _, e := range c.Node.Get("secrets").Items() {
		w.Env[e.Get("name").Text().Value] = deploy.Text{Value: "a secret", Pos: e.Pos(), Open: true}
	}
	for name, value := range c.Node.Get("secrets").Pairs() {
		w.Env[name.Value] = deploy.Text{Value: "a secret", Pos: value.Pos(), Open: true}
	}
	files := c.Node.Get("environmentFiles")
	w.EnvOpen = w.EnvOpen || len(files.Items()) > 0 || files.IsOpen() || c.Node.Get("env_file").Exists() || c.Node.Get("secrets").IsOpen()
}

// variable is one of a mapping: in a manifest it may come from elsewhere.
func variable(n tree.Node) deploy.Text {
	t := n.Text()
	t.Open = t.Open || n.IsMap()
	return t
}
