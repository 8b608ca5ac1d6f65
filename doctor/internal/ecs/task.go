// Package ecs reads Amazon ECS task definitions, however they are written: JSON,
// CloudFormation, Terraform, Copilot's manifests.
package ecs

import (
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Form is how a file writes a container.
type Form int

// The forms: "stopTimeout": 30, StopTimeout: 30, stopTimeout = 30. A manifest has no place
// for it.
const (
	JSON Form = iota
	YAML
	HCL
	Manifest
)

// DefaultGrace is what a container has that sets no stopTimeout (Amazon ECS API reference,
// ContainerDefinition), MostFargate what Fargate gives at most.
const (
	DefaultGrace = 30 * time.Second
	MostFargate  = 120 * time.Second
)

// A Task is a task definition.
type Task struct {
	Name string
	Pos  deploy.Pos
	Form Form
	Key  string      // by which services and roles know it
	Role deploy.Text // what its containers may do

	List       tree.Node // the containers
	Containers []*Container

	called   bool          // its containers are inputs of a module that is not here
	needs    []deploy.Text // requiresCompatibilities
	Services []Service     // that run it, as far as files say
	Agent    deploy.Figure // what the instances' agents give a container that asks for nothing; What is empty: no file says
}

// A Container is one of a task.
type Container struct {
	Task *Task
	Node tree.Node
	Name string

	snake     bool                 // its keys are a module's, in snake case
	overrides map[string]tree.Node // of a manifest: what it sets in the task definition, by lower case paths
	usual     usual                // what its module does where nothing is said
}

// A Service keeps tasks running.
type Service struct {
	Task      string // the Key of its task; empty: not known
	Launch    string // "FARGATE", "EC2"; empty: not said
	Providers []Provider
	Pos       deploy.Pos
}

// A Provider is a capacity provider that a service uses.
type Provider struct {
	Name string
	Pos  deploy.Pos
}

// Add adds the containers of a list.
func (t *Task) Add(list tree.Node) {
	t.List = list
	for _, c := range list.Items() {
		if c.IsMap() {
			t.Containers = append(t.Containers, &Container{Task: t, Node: c, Name: c.Get("name").Text().Value})
		}
	}
}

// Compatible sets what the task definition says it runs on.
func (t *Task) Compatible(n tree.Node) { t.needs = n.Texts() }

// Fargate says whether the task runs on Fargate, as far as files say; may: it can be.
func (t *Task) Fargate() bool {
	service := false
	for _, s := range t.Services {
		if s.Launch == "FARGATE" {
			return true
		}
		for _, p := range s.Providers {
			if strings.HasPrefix(p.Name, "FARGATE") {
				return true
			}
		}
		service = service || s.Launch == "EC2" || s.Launch == "EXTERNAL" || len(s.Providers) > 0
	}
	return !service && t.wants("FARGATE")
}

// OnInstances says whether the task runs on instances of one's own, for all that files say.
func (t *Task) OnInstances() bool { return !t.Fargate() }

func (t *Task) wants(what string) bool {
	for _, n := range t.needs {
		if strings.EqualFold(n.Value, what) {
			return true
		}
	}
	return false
}

// Spot is where a service of the task uses Fargate's spare capacity.
func (t *Task) Spot() (deploy.Pos, bool) {
	for _, s := range t.Services {
		for _, p := range s.Providers {
			if p.Name == "FARGATE_SPOT" {
				return p.Pos, true
			}
		}
	}
	return deploy.Pos{}, false
}

// StopTimeout is the container's own, as it is written.
func (c *Container) StopTimeout() tree.Node {
	if n := c.overrides["stoptimeout"]; n.Exists() {
		return n
	}
	for _, name := range []string{"stopTimeout", "stop_timeout"} {
		if n := c.Node.Get(name); n.Exists() && !n.IsNull() {
			return n
		}
	}
	return tree.Node{}
}

// StopName is how the container's file calls stopTimeout; not ok: one of two names, and
// nobody can tell which.
func (c *Container) StopName() (name string, ok bool) {
	camel, snake := false, c.snake
	for _, key := range c.Node.Keys() {
		if key != "" && key[0] >= 'A' && key[0] <= 'Z' {
			return "StopTimeout", true
		}
		snake = snake || strings.Contains(key, "_")
		camel = camel || strings.ToLower(key) != key
	}
	switch {
	case c.usual.stopName != "":
		return c.usual.stopName, true
	case c.Task.called && snake:
		return "stop_timeout", true
	case c.Task.called && !camel:
		return "stopTimeout", false
	}
	return "stopTimeout", true
}

// grace is the time from the stop signal to the kill.
func (c *Container) grace() deploy.Figure {
	n := c.StopTimeout()
	seconds, ok := n.Int()
	f := deploy.Figure{What: "stopTimeout", Pos: n.Pos(), Time: time.Duration(seconds) * time.Second}
	switch {
	case !n.Exists() && c.Node.Partly():
		f.Open, f.Pos = "may be in what is merged here, which no file resolves", c.Node.Pos()
	case !n.Exists(), ok && seconds <= 0: // the agent then takes its own
		return c.unset()
	case !ok || n.IsOpen() || seconds > 1<<30:
		f.Open = "is " + strconv.Quote(n.Text().Value) + ", which no file here resolves"
	case f.Time > MostFargate && c.Task.Fargate():
		f.Time, f.What = MostFargate, "what Fargate gives of a stopTimeout of "+strconv.FormatInt(seconds, 10)
	}
	return f
}

// unset is what a container has that asks for nothing.
func (c *Container) unset() deploy.Figure {
	if c.usual.stop > 0 && !c.StopTimeout().Exists() {
		return deploy.Figure{Time: c.usual.stop, Default: true, What: "the module's own default stopTimeout", Pos: c.Pos()}
	}
	if a := c.Task.Agent; a.What != "" && c.Task.OnInstances() {
		return a
	}
	return deploy.Figure{Time: DefaultGrace, Default: true, What: "ECS' default stopTimeout", Pos: c.Pos()}
}

// Pos is where the container begins: the line of its name, or its first.
func (c *Container) Pos() deploy.Pos {
	if n := c.Node.Get("name"); n.Exists() {
		return n.KeyPos()
	}
	return c.Node.Pos()
}

// Essential says whether the task ends with it.
func (c *Container) Essential() bool {
	v, ok := c.Node.Get("essential").Bool()
	return v || !ok && !c.Node.Get("essential").IsOpen()
}

// DependsOn says whether a container is started after another one, and stopped before it.
func (c *Container) DependsOn(name string) bool {
	for _, path := range [][]string{{"dependsOn"}, {"dependencies"}, {"depends_on"}, {"image", "depends_on"}} {
		list := c.Node.Get(path...)
		if list.IsOpen() || list.Partly() {
			return true // perhaps: nobody knows
		}
		for _, d := range list.Items() {
			if d.Get("containerName").Text().Value == name || d.Get("containerName").IsOpen() {
				return true
			}
		}
		for key := range list.Pairs() {
			if key.Value == name {
				return true // Copilot's way
			}
		}
	}
	return false
}
