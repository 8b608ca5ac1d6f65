package ecs

import (
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Trouble is a task definition that could not be read, and why.
type Trouble struct {
	Pos       deploy.Pos
	Text, Why string
	Wrong     bool // the file is, and cannot be read as what it says that it is
}

// FromTerraform are the tasks and services of a project.
func FromTerraform(p *terraform.Project) (tasks []*Task, services []Service, troubles []Trouble) {
	for _, m := range p.Modules {
		usual := defaultProviders(m)
		for _, r := range m.Resources("aws_ecs_task_definition") {
			t, trouble := fromResource(r)
			if tasks = append(tasks, t); trouble != nil {
				troubles = append(troubles, *trouble)
			}
		}
		for _, r := range m.Resources("aws_ecs_service") {
			services = append(services, serviceOf(r, usual))
		}
	}
	for _, c := range p.Remote {
		made, known := fromCall(c, p.Forest)
		tasks = append(tasks, made...)
		if name := c.Source.Value; !known && strings.Contains(name, "ecs") && !strings.Contains(name, "container-definition") && !strings.HasSuffix(name, "//modules/cluster") {
			troubles = append(troubles, Trouble{Pos: c.Pos, Text: "module " + c.Name + " comes from " + name + ", which is not in this repository", Why: "what it runs was not judged"})
		}
	}
	return tasks, services, troubles
}

func key(m *terraform.Module, address string) string { return m.Dir + "|" + m.Name + "|" + address }

func fromResource(r terraform.Resource) (*Task, *Trouble) {
	t := &Task{Name: r.Name, Pos: r.Pos, Form: HCL, Key: key(r.Module, r.Address()), Role: r.Node.Get("task_role_arn").Text()}
	if family := r.Node.Get("family").Text(); family.Value != "" && !family.Open {
		t.Name = family.Value
	}
	t.Compatible(r.Node.Get("requires_compatibilities"))
	text := r.Node.Get("container_definitions")
	list, err := text.JSON()
	switch {
	case err != nil:
		return t, &Trouble{Pos: text.KeyPos(), Text: "its container_definitions cannot be read: " + err.Error(), Why: "they have to be JSON when the variables are put in"}
	case list.IsMap():
		list = list.ListOf([]tree.Node{list})
	case !list.IsList() && text.Exists():
		return t, &Trouble{Pos: text.KeyPos(), Text: "its container_definitions are " + short(text.Text().Value) + ", which no file here resolves", Why: "its containers were not judged; give the variable a default, or judge what `aws ecs describe-task-definition` prints"}
	}
	t.Add(list.Keyed(text))
	for _, c := range t.Containers {
		c.snake = c.Node.Renamed()
		t.called = t.called || c.snake
	}
	return t, nil
}

func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:59]) + "…"
	}
	return text
}

var taskAddress = regexp.MustCompile(`aws_ecs_task_definition\.[\w-]+`)

func serviceOf(r terraform.Resource, usual []Provider) Service {
	s := Service{Launch: r.Node.Get("launch_type").Text().Value, Providers: providers(r.Node.Get("capacity_provider_strategy"), "capacity_provider"), Pos: r.Pos}
	if address := taskAddress.FindString(r.Node.Get("task_definition").Text().Value); address != "" {
		s.Task = key(r.Module, address)
	}
	if s.Launch == "" && len(s.Providers) == 0 {
		s.Providers = usual
	}
	return s
}

// defaultProviders are what the module's only cluster says for services that say nothing.
func defaultProviders(m *terraform.Module) []Provider {
	var all []terraform.Resource
	for _, r := range m.Resources("aws_ecs_cluster_capacity_providers", "aws_ecs_cluster") {
		if r.Node.Get("default_capacity_provider_strategy").Exists() {
			all = append(all, r)
		}
	}
	if len(all) != 1 {
		return nil
	}
	return providers(all[0].Node.Get("default_capacity_provider_strategy"), "capacity_provider")
}
