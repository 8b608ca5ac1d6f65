package ecs

import (
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A recipe is what a module of a registry makes of its inputs.
type recipe struct {
	sources  []string          // parts of the module's source, all of which it has
	services string            // the input that has several services; empty: the call is one
	list     string            // the input that has the containers: by their names, or as JSON
	names    map[string]string // what the inputs for the only container are called in a definition
	strategy string            // the input with the capacity providers
	stop     time.Duration     // what a container gets that asks for nothing; 0: what ECS gives
}

// recipes are of the modules whose inputs are known: terraform-aws-modules/ecs from version 5 on,
// which sets a stopTimeout by itself, cloudposse's and umotif's. Those of one service come first.
var recipes = []recipe{
	{sources: []string{"terraform-aws-modules/", "ecs", "modules/service"}, list: "container_definitions", strategy: "capacity_provider_strategy", stop: 2 * time.Minute},
	{sources: []string{"terraform-aws-modules/", "ecs"}, services: "services", list: "container_definitions", strategy: "capacity_provider_strategy", stop: 2 * time.Minute},
	{sources: []string{"cloudposse/", "ecs-alb-service-task"}, list: "container_definition_json", strategy: "capacity_provider_strategies"},
	{sources: []string{"umotif-public/", "ecs-fargate"}, strategy: "capacity_provider_strategy", names: map[string]string{
		"container_name": "name", "task_container_image": "image", "task_container_command": "command", "task_container_entrypoint": "entryPoint", "task_stop_timeout": "stopTimeout",
		"task_container_environment": "environment", "task_container_environment_files": "environmentFiles", "task_container_secrets": "secrets", "task_health_check": "healthCheck"}},
}

// A usual is what a module gives a container for which nothing is said.
type usual struct {
	stop     time.Duration // its stopTimeout; 0: none
	stopName string        // what the module calls it; empty: as ECS does
	init     deploy.Pos    // where it gets an init
}

// fromCall are the tasks of a module of a registry. Not known: what it makes, or makes of these
// inputs.
func fromCall(c terraform.Call, f *tree.Forest) (all []*Task, known bool) {
	for _, r := range recipes {
		if !r.of(c.Source.Value) {
			continue
		}
		if r.services == "" {
			all = r.task(c, c.Name, c.Node, f)
			return all, all != nil
		}
		services := c.Node.Get(r.services)
		for name, n := range services.Pairs() {
			all = append(all, r.task(c, c.Name+"."+name.Value, n, f)...)
		}
		return all, !services.Exists() || len(all) > 0 && !services.Partly()
	}
	return nil, false
}

func (r recipe) of(source string) bool {
	for _, part := range r.sources {
		if !strings.Contains(source, part) {
			return false
		}
	}
	return true
}

// task is that of one service; none: its containers are not known.
func (r recipe) task(c terraform.Call, name string, n tree.Node, f *tree.Forest) []*Task {
	t := &Task{Name: name, Pos: c.Pos, Form: HCL, Key: key(c.Module, "module."+name), called: true, Role: n.Get("task_role_arn").Text(), Services: []Service{r.service(c, n)}}
	u := usual{stop: r.stop}
	if r.stop > 0 {
		u.init = executes(n)
	}
	switch list, err := n.Get(r.list).JSON(); {
	case r.names != nil:
		u.stopName = "task_stop_timeout"
		t.Add(f.List(f.Renamed(n, r.names)).Keyed(n))
	case err != nil || list.Partly():
		return nil
	case list.IsMap():
		t.List = list
		for name, n := range list.Pairs() {
			t.Containers = append(t.Containers, &Container{Task: t, Node: n, Name: labelOf(n, name.Value)})
		}
	case list.IsList():
		t.Add(list.Keyed(n.Get(r.list)))
		for _, c := range t.Containers {
			c.snake = c.Node.Renamed()
		}
	}
	for _, c := range t.Containers {
		c.usual = u
		if at := executes(c.Node); at.Known() {
			c.usual.init = at
		}
	}
	if len(t.Containers) == 0 {
		return nil
	}
	return []*Task{t}
}

// executes is where ECS Exec is turned on: there the module turns an init on.
func executes(n tree.Node) deploy.Pos {
	if on, ok := n.Get("enable_execute_command").Bool(); ok && on {
		return n.Get("enable_execute_command").KeyPos()
	}
	return deploy.Pos{}
}

func labelOf(n tree.Node, name string) string {
	if label := n.Get("name").Text().Value; label != "" {
		return label
	}
	return name
}

func (r recipe) service(c terraform.Call, n tree.Node) Service {
	s := Service{Launch: n.Get("launch_type").Text().Value, Pos: c.Pos}
	list := n.Get(r.strategy)
	for _, p := range append(list.Values(), list.Items()...) {
		if name := p.Get("capacity_provider"); name.Exists() {
			s.Providers = append(s.Providers, Provider{Name: name.Text().Value, Pos: name.Pos()})
		}
	}
	if s.Launch == "" && len(s.Providers) == 0 {
		s.Launch = "FARGATE" // their own default
	}
	return s
}
