package doctor

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/cloudformation"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// ecsFormats are the ways to describe ECS' tasks and services. Terraform comes first: it says which other files are a part of it.
var ecsFormats = []format{
	{name: "Terraform file", named: terraform.Named, holds: holdsTerraform, usual: terraform.Named, read: readTerraform},
	{name: "CloudFormation template", named: isStack, holds: cloudformation.Holds, read: readCloudFormation},
	{name: "Copilot manifest", named: isCopilot, holds: ecs.HoldsManifest, usual: isCopilot, read: readCopilot},
	{name: "ECS task definition", named: isTaskDefinition, holds: ecs.HoldsJSON, read: readTaskDefinition,
		end: func(s *site) {
			if s.ecs != nil {
				s.ecs.finish(s)
			}
		}},
}

func holdsTerraform(content []byte) bool {
	return bytes.Contains(content, []byte("aws_ecs_")) || bytes.Contains(content, []byte(`ecs`)) && bytes.Contains(content, []byte("module"))
}

// readTerraform adds the tasks of one file, as the whole project makes them.
func readTerraform(s *site, name string, _ []byte) error {
	e := s.ecsFiles()
	p := e.project(s)
	shown := s.repo.Shown(name)
	for _, t := range e.made {
		if t.Pos.File == shown {
			e.tasks = append(e.tasks, t)
		}
	}
	for _, t := range e.troubles {
		if t.Pos.File == shown {
			s.note(Note{Pos: t.Pos, Text: t.Text, Hint: t.Why})
		}
	}
	return p.Errors[name]
}

func isStack(name string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml", ".json", ".template":
		return true
	}
	return false
}

func readCloudFormation(s *site, name string, content []byte) error {
	shown := s.repo.Shown(name)
	docs, form, err := []tree.Node(nil), ecs.YAML, error(nil)
	if bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) {
		doc, jsonErr := tree.JSON(shown, content)
		docs, form, err = []tree.Node{doc}, ecs.JSON, jsonErr
	} else {
		docs, err = tree.YAML(shown, content)
	}
	if err != nil && (bytes.Contains(content, []byte("{%")) || bytes.Contains(content, []byte("{{"))) {
		if bytes.Contains(content, []byte("AWS::ECS::")) || bytes.Contains(content, []byte("AWS::Serverless::")) {
			s.note(Note{Pos: Pos{File: shown}, Text: "it is a template of a template, and was not judged", Hint: "render it first, and judge what comes out"})
		}
		return nil
	}
	e := s.ecsFiles()
	for _, doc := range docs {
		if t, ok := cloudformation.Read(doc); ok {
			tasks, services := ecs.FromTemplate(t, form)
			e.templates = append(e.templates, t)
			e.tasks = append(e.tasks, tasks...)
			e.services = append(e.services, services...)
		}
	}
	return err
}

func isCopilot(name string) bool {
	base := path.Base(name)
	return base == "manifest.yml" || base == "manifest.yaml"
}

func readCopilot(s *site, name string, content []byte) error {
	docs, err := tree.YAML(s.repo.Shown(name), content)
	if err != nil || len(docs) == 0 {
		return err
	}
	patches := tree.Node{}
	if text, shown, ok := s.neighbour(name, "overrides/cfn.patches.yml"); ok {
		if all, err := tree.YAML(shown, text); err == nil && len(all) > 0 {
			patches = all[0]
		}
	}
	t := ecs.FromManifest(docs[0], patches)
	if text, shown, ok := s.neighbour(name, "overrides/stack.ts"); ok && bytes.Contains(bytes.ToLower(text), []byte("stoptimeout")) {
		t.Containers[0].SetElsewhere(shown)
	}
	e := s.ecsFiles()
	e.tasks = append(e.tasks, t)
	return nil
}

// isTaskDefinition also takes templates of one: what is valid all the same is read, the rest
// is named.
func isTaskDefinition(name string) bool {
	base := path.Base(name)
	for _, end := range []string{".tpl", ".tmpl", ".tftpl", ".j2", ".erb", ".template", ".dist"} {
		base = strings.TrimSuffix(base, end)
	}
	return path.Ext(base) == ".json" && base != "package.json" && !strings.HasSuffix(base, "lock.json") || name == stdinName
}

// containerWords are what a container has in a task definition.
var containerWords = regexp.MustCompile(`"containerDefinitions"|"(?:essential|memoryReservation|portMappings|logConfiguration)"\s*:`)

// readTaskDefinition reads JSON that is registered as it is. What Terraform reads is a part
// of that.
func readTaskDefinition(s *site, name string, content []byte) error {
	e := s.ecsFiles()
	if e.terraform != nil && e.terraform.Used[name] {
		return nil
	}
	if name == stdinName && !bytes.HasPrefix(bytes.TrimSpace(content), []byte("{")) && !bytes.HasPrefix(bytes.TrimSpace(content), []byte("[")) {
		return nil
	}
	shown := s.repo.Shown(name)
	doc, err := tree.JSON(shown, content)
	if err != nil {
		if path.Ext(name) != ".json" || bytes.Contains(content, []byte("${")) || bytes.Contains(content, []byte("{{")) || bytes.Contains(content, []byte("<%")) {
			if containerWords.Match(content) {
				s.note(Note{Pos: Pos{File: shown}, Text: "it is a template, and was not judged", Hint: "render it first, and judge what comes out"})
			}
			return nil
		}
		if !bytes.Contains(content, []byte(`"containerDefinitions"`)) {
			return nil // JSON with comments, of something else
		}
		return err
	}
	tasks, services := ecs.FromJSON(doc, name)
	e.tasks = append(e.tasks, tasks...)
	e.services = append(e.services, services...)
	return nil
}
