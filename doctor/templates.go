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

// starting is a line of a template that says what a container starts.
var starting = regexp.MustCompile(`(?m)^[ \t]*(?:-[ \t]+)?(?:command|args):.*`)

// addTemplate remembers a template for what is said of all.
func (s *site) addTemplate(name string, line int, content []byte) {
	workers := workerWord.MatchString(path.Base(name)) || slices.ContainsFunc(starting.FindAll(content, -1), workerWord.Match)
	s.templates = append(s.templates, template{name: name, line: line, workers: workers})
}

// noteTemplates says of each chart, or folder, once what was not judged there: charts have
// dozens of templates, and those with workers are what somebody has to render.
func (s *site) noteTemplates() {
	groups, dirs := map[string][]template{}, []string{}
	for _, t := range s.templates {
		dir := s.rendered(t.name)
		if groups[dir] == nil {
			dirs = append(dirs, dir)
		}
		groups[dir] = append(groups[dir], t)
	}
	for _, dir := range dirs {
		s.note(s.templateNote(dir, groups[dir]))
	}
}

// rendered is the folder of what renders a template: its chart, the one that this is a part
// of, or else the template's own folder.
func (s *site) rendered(name string) string {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		outer := path.Dir(path.Dir(dir))
		switch {
		case s.isChart(dir) && path.Base(path.Dir(dir)) == "charts" && s.isChart(outer):
			return outer
		case s.isChart(dir):
			return dir
		case dir == ".":
			return path.Dir(name)
		}
	}
}

func (s *site) isChart(dir string) bool { return s.has(path.Join(dir, "Chart.yaml")) }

func (s *site) templateNote(dir string, all []template) Note {
	n := Note{Pos: s.pos(dir), Hint: "render it first, and let the doctor read what comes of it: it reads standard input as -"}
	if s.isChart(dir) && !kube.IsTemplate(all[0].name) {
		n.Hint = "helm template " + s.repo.Shown(dir) + " | tasuki doctor -"
	}
	if len(all) == 1 {
		n.Pos = Pos{File: s.repo.Shown(all[0].name), Line: all[0].line}
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
