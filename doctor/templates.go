package doctor

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

// A template is one of a manifest with pods, which nobody here renders.
type template struct {
	name    string // in the repository
	line    int
	workers bool // by its words
}

// podTemplates are those of the repository, for what is said of all.
type podTemplates struct {
	listing *listing
	all     []template
}

// starting is a line of a template that says what a container starts.
var starting = regexp.MustCompile(`(?m)^[ \t]*(?:-[ \t]+)?(?:command|args):.*`)

// add remembers a template.
func (p *podTemplates) add(name string, line int, content []byte) {
	workers := workerWord.MatchString(path.Base(name)) || slices.ContainsFunc(starting.FindAll(content, -1), workerWord.Match)
	p.all = append(p.all, template{name: name, line: line, workers: workers})
}

// notes say of each chart, or folder, once what was not judged there: charts have
// dozens of templates, and those with workers are what somebody has to render.
func (p *podTemplates) notes() (said []Note) {
	groups, dirs := map[string][]template{}, []string{}
	for _, t := range p.all {
		dir := p.rendered(t.name)
		if groups[dir] == nil {
			dirs = append(dirs, dir)
		}
		groups[dir] = append(groups[dir], t)
	}
	for _, dir := range dirs {
		said = append(said, p.note(dir, groups[dir]))
	}
	return said
}

// rendered is the folder of what renders a template: its chart, the one that this is a part
// of, or else the template's own folder.
func (p *podTemplates) rendered(name string) string {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		outer := path.Dir(path.Dir(dir))
		switch {
		case p.isChart(dir) && path.Base(path.Dir(dir)) == "charts" && p.isChart(outer):
			return outer
		case p.isChart(dir):
			return dir
		case dir == ".":
			return path.Dir(name)
		}
	}
}

func (p *podTemplates) isChart(dir string) bool { return p.listing.has(path.Join(dir, "Chart.yaml")) }

func (p *podTemplates) note(dir string, all []template) Note {
	n := Note{Pos: p.listing.pos(dir), Hint: "render it first, and let the doctor read what comes of it: it reads standard input as -"}
	if p.isChart(dir) && !kube.IsTemplate(all[0].name) {
		n.Hint = "helm template " + p.listing.repo.Shown(dir) + " | tasuki doctor -"
	}
	if len(all) == 1 {
		n.Pos = Pos{File: p.listing.repo.Shown(all[0].name), Line: all[0].line}
		n.Text = "it is a template, and was not judged"
		return n
	}
	var workers []string
	for _, t := range all {
		if t.workers && !slices.Contains(workers, within(dir, t.name)) {
			workers = append(workers, within(dir, t.name))
		}
	}
	n.Text = fmt.Sprintf("%d templates of pods were not judged", len(all))
	if len(workers) > 0 {
		n.Text += "; workers by their words: " + strings.Join(workers[:min(len(workers), 5)], ", ")
	}
	if more := len(workers) - 5; more > 0 {
		n.Text += fmt.Sprintf(" and %d others", more)
	}
	return n
}

// within is a file's path below a folder.
func within(dir, name string) string { return strings.TrimPrefix(name, dir+"/") }
