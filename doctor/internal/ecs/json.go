package ecs

import (
	"bytes"
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// HoldsJSON says whether a file looks like a task definition, a list of containers, or a
// service.
func HoldsJSON(content []byte) bool {
	return bytes.Contains(content, []byte(`"containerDefinitions"`)) ||
		bytes.Contains(content, []byte(`"image"`)) && bytes.Contains(content, []byte(`"essential"`)) ||
		bytes.Contains(content, []byte(`"taskDefinition"`)) && (bytes.Contains(content, []byte(`"launchType"`)) || bytes.Contains(content, []byte(`"capacityProviderStrategy"`)))
}

// FromJSON are the tasks and services of a document: as they are registered, as `aws ecs
// describe-task-definition` prints them, or the containers alone.
func FromJSON(doc tree.Node, file string) (tasks []*Task, services []Service) {
	if inner := doc.Get("taskDefinition"); inner.IsMap() {
		doc = inner
	}
	switch list := doc.Get("containerDefinitions"); {
	case list.Exists():
		t := &Task{Name: doc.Get("family").Text().Value, Pos: list.KeyPos(), Form: JSON, Role: doc.Get("taskRoleArn").Text()}
		if t.Name == "" {
			t.Name = strings.TrimSuffix(path.Base(file), ".json")
		}
		t.Key = t.Name
		t.Compatible(doc.Get("requiresCompatibilities"))
		t.Add(list)
		return []*Task{t}, nil
	case doc.IsList() && containers(doc):
		t := &Task{Name: strings.TrimSuffix(path.Base(file), ".json"), Pos: doc.Pos(), Form: JSON}
		t.Add(doc)
		return []*Task{t}, nil
	case doc.Get("taskDefinition").Text().Value != "":
		family, _, _ := strings.Cut(path.Base(doc.Get("taskDefinition").Text().Value), ":")
		return nil, []Service{{Task: family, Launch: doc.Get("launchType").Text().Value, Providers: providers(doc.Get("capacityProviderStrategy"), "capacityProvider"), Pos: doc.Pos()}}
	}
	return nil, nil
}

// containers says whether a list is one of containers.
func containers(doc tree.Node) bool {
	for _, c := range doc.Items() {
		if !c.Get("name").Exists() || !c.Get("image").Exists() {
			return false
		}
	}
	return len(doc.Items()) > 0
}

// providers are those of a strategy that get a share of the tasks.
func providers(strategy tree.Node, key string) (all []Provider) {
	for _, s := range strategy.Items() {
		weight, hasWeight := s.Get("weight").Int()
		base, _ := s.Get("base").Int()
		if name := s.Get(key); name.Text().Value != "" && (!hasWeight || weight > 0 || base > 0) {
			all = append(all, Provider{Name: name.Text().Value, Pos: name.Pos()})
		}
	}
	return all
}

// Link gives each task the services that run it.
func Link(tasks []*Task, services []Service) {
	for _, t := range tasks {
		for _, s := range services {
			if s.Task != "" && s.Task == t.Key {
				t.Services = append(t.Services, s)
			}
		}
	}
}

// fields are the words of a string, as a platform splits it that has no shell.
func fields(t deploy.Text) (words []deploy.Text) {
	word, quote, in := &strings.Builder{}, rune(0), false
	end := func() {
		if in {
			words = append(words, deploy.Text{Value: word.String(), Pos: t.Pos, Open: t.Open})
		}
		word.Reset()
		in = false
	}
	for _, c := range t.Value {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(c)
		case c == '\'' || c == '"':
			quote, in = c, true
		case c == ' ' || c == '\t' || c == '\n':
			end()
		default:
			in = true
			word.WriteRune(c)
		}
	}
	end()
	return words
}
