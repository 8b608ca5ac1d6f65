package compose

import (
	"fmt"
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A gate looks at every file that a project refers to before compose's own loader may: what
// is on the network, outside of the folder, a pipe or too large stays unread.
type gate struct {
	project  *Project
	seen     map[string]bool // files and the folders they were read in
	includes []included
	closed   struct{ extends, include bool } // something may not be followed
}

// An included file is a part of a project.
type included struct{ name, dir string }

// most is how many files one project may refer to.
const most = 200

// file looks through a file of the project, or one that it refers to, whose paths begin at
// dir.
func (g *gate) file(name, dir string) {
	if key := name + "\x00" + dir; g.seen[key] || len(g.seen) > most {
		return
	} else {
		g.seen[key] = true
	}
	_, docs, err := g.project.open(name)
	if err != nil {
		return // who referred to it has said so
	}
	for _, doc := range docs {
		for _, s := range doc.Get("services").Pairs() {
			if ref := s.Get("extends", "file"); ref.Exists() && !ref.IsNull() {
				g.extends(ref, dir)
			}
		}
		for _, item := range doc.Get("include").Items() {
			g.include(item, dir)
		}
	}
}

func (g *gate) extends(ref tree.Node, dir string) {
	name, why := g.local(ref.Text(), dir)
	if why != "" {
		g.closed.extends = true
		g.project.note(Note{Pos: ref.Pos(), Text: fmt.Sprintf("extends %s, %s: what extends it was not judged", ref.Text().Value, why), Hint: "docker compose config > rendered.yaml writes all of it into one file", Unread: true})
		return
	}
	g.used(name)
	g.file(name, path.Dir(name))
}

// include looks through one entry: a path, or paths with a folder and variables of their
// own.
func (g *gate) include(item tree.Node, dir string) {
	paths := item.Get("path").Texts()
	if t := item.Get("path").Text(); t.Value != "" {
		paths = []deploy.Text{t}
	}
	if t := item.Text(); t.Value != "" {
		paths = []deploy.Text{t}
	}
	folder := ""
	if t := item.Get("project_directory").Text(); t.Value != "" {
		folder = path.Join(dir, t.Value)
	}
	for _, t := range append(envFiles(item.Get("env_file")), paths...) {
		if _, why := g.local(t, dir); why != "" {
			g.closed.include = true
			g.project.note(Note{Pos: t.Pos, Text: fmt.Sprintf("includes %s, %s: nothing that is included was judged", t.Value, why), Hint: "docker compose config > rendered.yaml writes all of it into one file", Unread: true})
			return
		}
	}
	for _, t := range paths {
		name, _ := g.local(t, dir)
		if folder == "" {
			folder = path.Dir(name)
		}
		g.used(name)
		g.includes = append(g.includes, included{name, folder})
		g.file(name, folder)
	}
	if folder != "" && (folder == ".." || strings.HasPrefix(folder, "../") || path.IsAbs(folder)) {
		g.closed.include = true
	}
}

func envFiles(n tree.Node) []deploy.Text {
	if t := n.Text(); t.Value != "" {
		return []deploy.Text{t}
	}
	return n.Texts()
}

func (g *gate) used(name string) { g.project.Used = append(g.project.Used, name) }

// local is the file of the repository that a path means, or why it means none.
func (g *gate) local(t deploy.Text, dir string) (name, why string) {
	switch ref := t.Value; {
	case strings.Contains(ref, "$"):
		return "", "which depends on a variable"
	case strings.Contains(ref, "://"), strings.HasPrefix(ref, "git@"), strings.HasPrefix(ref, "oci:"), strings.HasPrefix(ref, "github.com/"):
		return "", "which is not in this repository"
	case path.IsAbs(ref), strings.HasPrefix(ref, "~"):
		return "", "which is outside of the repository"
	}
	name = path.Join(dir, t.Value)
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", "which is outside of the repository"
	}
	if _, err := g.project.files.Read(name); err != nil {
		return "", "which cannot be read: " + err.Error()
	}
	if !strings.HasSuffix(name, "yml") && !strings.HasSuffix(name, "yaml") {
		return name, ""
	}
	if _, _, err := g.project.open(name); err != nil {
		return "", "which cannot be read: " + err.Error()
	}
	return name, ""
}
