package doctor

import (
	"path"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
)

// kubernetesFormats: kustomizations come first, since they say which manifests are patches.
var kubernetesFormats = []format{
	{name: "kustomization", named: kube.IsKustomization, read: readKustomization, always: true},
	{name: "Terraform file", named: terraform.Named, holds: kube.HoldsTerraform, read: readKubernetesTerraform},
	{name: "Kubernetes manifest", named: isManifest, holds: kube.Holds, read: readKubernetes, end: endKubernetes},
}

func isManifest(name string) bool {
	return (isYAML(name) || path.Ext(name) == ".json" || kube.IsTemplate(name)) && !kube.IsKustomization(name)
}

func isYAML(name string) bool {
	switch path.Ext(name) {
	case ".yml", ".yaml":
		return true
	}
	return false
}

func readKustomization(s *site, name string, content []byte) error {
	return s.cluster.AddKustomization(name, s.repo.Shown(name), content, func(name string) ([]byte, string, bool) {
		content, err := s.repo.Read(name)
		return content, s.repo.Shown(name), err == nil
	})
}

// readKubernetesTerraform adds the objects of one file, as the whole project makes them.
func readKubernetesTerraform(s *site, name string, content []byte) error {
	p, shown := s.ecsFiles().project(s), s.repo.Shown(name)
	for _, r := range s.cluster.AddTerraform(p, name, shown) {
		s.note(Note{Pos: Pos{File: shown, Line: r.Line}, Text: r.Text, Hint: r.Hint})
	}
	if holdsTerraform(content) {
		return nil // it is said there
	}
	return p.Errors[name]
}

func readKubernetes(s *site, name string, content []byte) error {
	if s.templates.values(name) {
		return nil
	}
	shown := s.repo.Shown(name)
	remarks, err := s.cluster.Add(name, shown, content)
	for i, r := range remarks {
		switch {
		case !r.Template:
			s.note(Note{Pos: Pos{File: shown, Line: r.Line}, Text: r.Text, Hint: r.Hint})
		case i == 0 || !remarks[i-1].Template: // several pods of one file are one template
			s.templates.add(name, r.Line, content)
		}
	}
	return err
}

// endKubernetes makes workloads of all pods, once everything that is said of them was read.
func endKubernetes(s *site) {
	for _, r := range s.cluster.Remarks() {
		s.note(Note{Pos: r.Pos, Text: r.Text, Hint: r.Hint})
	}
	for _, n := range s.templates.notes() {
		s.note(n)
	}
	for _, pod := range s.cluster.Pods() {
		for _, c := range pod.Containers() {
			w := c.Workload()
			if !image.Foreign(c.Image()) {
				w.Image = s.images.imageOf(w.ImageName.Value)
			}
			s.workloads = append(s.workloads, w)
		}
	}
}

// container is what Kubernetes' rules know of a workload; not ok: it is none of a pod.
func (k *work) container() (*kube.Container, bool) {
	c, ok := k.Detail.(*kube.Container)
	return c, ok && k.Platform == deploy.Kubernetes
}
