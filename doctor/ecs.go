package doctor

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/cloudformation"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
)

// ecsFiles are what the files of a repository say of ECS, before services, instances and
// tasks are put together.
type ecsFiles struct {
	terraform *terraform.Project
	made      []*ecs.Task // by Terraform, all of the repository
	troubles  []ecs.Trouble
	templates []*cloudformation.Template
	tasks     []*ecs.Task // that were asked for
	services  []ecs.Service
	hosts     ecs.Host
}

func (s *site) ecsFiles() *ecsFiles {
	if s.ecs == nil {
		s.ecs = &ecsFiles{}
	}
	return s.ecs
}

// project reads all Terraform, once: a module's variables stand in other files.
func (e *ecsFiles) project(s *site) *terraform.Project {
	if e.terraform == nil {
		e.terraform = terraform.Load(terraform.Files{Names: s.names, Read: s.repo.Read, Shown: s.repo.Shown})
		var services []ecs.Service
		e.made, services, e.troubles = ecs.FromTerraform(e.terraform)
		e.services = append(e.services, services...)
	}
	return e.terraform
}

// finish puts together what belongs together, and adds the containers as workloads.
func (e *ecsFiles) finish(s *site) {
	if len(e.tasks) == 0 {
		return
	}
	ecs.Link(e.tasks, e.services)
	e.hosts = s.search.ecsHosts(e.terraform)
	agent := e.hosts.Least()
	for _, t := range e.tasks {
		t.Agent = agent
		for _, o := range t.Troubles() {
			s.note(Note{Pos: o.Pos, Text: o.Text, Hint: o.Why, Unread: o.Wrong && (s.only == "" || o.Pos.File == s.repo.Shown(s.only))})
		}
		for i, w := range t.Workloads() {
			c := t.Containers[i]
			w.Image, w.Root = s.images.ecsImage(c), ""
			if w.Command != nil && len(w.Command.Words) == 1 && w.Command.Words[0].Open && w.Command.Words[0].Value != "" {
				s.note(Note{Pos: w.Command.Words[0].Pos, Text: "the command of container " + c.Name + " is " + w.Command.Words[0].Value + ", which no file here resolves: it was not judged",
					Hint: "judge what is deployed: aws ecs describe-task-definition --task-definition NAME > task.json"})
			}
			s.workloads = append(s.workloads, w)
		}
	}
}

// ecsImage is what a container's image is built from.
func (i *images) ecsImage(c *ecs.Container) *deploy.Image {
	if file, _, stage, ok := c.Dockerfile(); ok {
		return i.stage(file, stage)
	}
	if c.Foreign() {
		return nil
	}
	name := c.Image()
	if name.Open || strings.ContainsAny(name.Value, "<>") {
		return i.imageOf(strings.NewReplacer("${", "", "}", "", "<", "", ">", "").Replace(placeholder(name.Value)))
	}
	return i.imageOf(name.Value)
}

// placeholder is what may be a name in what stands for an image: aws_ecr_repository.worker
// has worker.
func placeholder(text string) string {
	if _, rest, ok := strings.Cut(text, "aws_ecr_repository."); ok {
		name, _, _ := strings.Cut(rest, ".")
		return name
	}
	return text
}

var hostEnds = map[string]bool{".sh": true, ".tf": true, ".tpl": true, ".tftpl": true, ".yml": true, ".yaml": true, ".json": true, ".config": true, ".toml": true, ".template": true, ".tofu": true, ".cfg": true}

// ecsHosts is what is said of the instances, in any file that may say it.
func (s *search) ecsHosts(p *terraform.Project) (all ecs.Host) {
	names := s.names()
	if s.listing.lone && p != nil {
		names = slices.Concat(names, slices.Sorted(maps.Keys(p.Used))) // user data that an expression reads
	}
	for _, name := range names {
		if !hostEnds[path.Ext(name)] {
			continue
		}
		content, err := s.listing.repo.Read(name)
		if err != nil || !ecs.HoldsHost(content) {
			continue
		}
		all.Add(ecs.ReadHost(s.listing.repo.Shown(name), string(content)))
	}
	return all
}
