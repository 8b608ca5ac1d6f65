package deploy

import (
	"path"
	"strings"
)

// An Image is what one stage of a Dockerfile makes.
type Image struct {
	Pos     Pos // its FROM
	Name    string
	Base    string // what it is made from in the end; empty: it depends on a variable
	Family  Family
	Entry   *Command
	Command *Command
	Env     map[string]Text
	Workdir string
	Context string // the folder of the repository that it is built from

	StopSignal Text
	Health     Pos
	Copies     []Copy
	Built      []Built         // programs that a RUN of any stage builds from the repository's own sources
	Overruled  []Pos           // CMD and ENTRYPOINT that a later one of their stage has replaced
	Runs       []Text          // what its RUNs and ADDs say, as text
	Shell      []Text          // what SHELL says; empty: the default
	Inline     map[string]Text // files whose content stands in the Dockerfile, by path
}

// Built is a program that an image builds, by its path in it, from a package: a folder of the
// build's context, or an import path.
type Built struct {
	Path, Package string
}

// A Copy brings files of the repository into an image.
type Copy struct {
	From, To string
}

// Source finds the file of the repository, by its path there, that an image has under a name,
// as a command would say it; the ways are tried by exists, the first that is there counts.
func (m *Image) Source(name string, exists func(string) bool) (string, bool) {
	for _, at := range m.Files(name) {
		for i := len(m.Copies) - 1; i >= 0; i-- {
			for _, from := range m.Copies[i].froms(at) {
				if file := path.Join(m.Context, from); exists(file) {
					return file, true
				}
			}
		}
	}
	return "", false
}

// froms are the paths in the build's context that may have become the file at.
func (c Copy) froms(at string) []string {
	to := path.Clean(c.To)
	var all []string
	if to == at {
		all = append(all, c.From)
	}
	if rest, ok := strings.CutPrefix(at, strings.TrimSuffix(to, "/")+"/"); ok {
		all = append(all, path.Join(c.From, rest)) // a folder's content
		if path.Base(c.From) == rest {
			all = append(all, c.From) // a file into a folder
		}
		if strings.Contains(c.From, "*") {
			if ok, _ := path.Match(path.Base(c.From), rest); ok {
				all = append(all, path.Join(path.Dir(c.From), rest))
			}
		}
	}
	return all
}

// Files are the paths under which an image may have what a command calls name.
func (m *Image) Files(name string) []string {
	var all []string
	if !strings.Contains(name, "/") {
		for _, dir := range append(m.paths(), "/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin") {
			all = append(all, path.Join(dir, name))
		}
	}
	return append(all, inDir(m.Workdir, name))
}

// paths are the folders that the image itself puts into PATH.
func (m *Image) paths() (dirs []string) {
	for dir := range strings.SplitSeq(m.Env["PATH"].Value, ":") {
		if path.IsAbs(dir) && !strings.Contains(dir, "$") {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func inDir(dir, name string) string {
	if path.IsAbs(name) {
		return path.Clean(name)
	}
	return path.Join("/", dir, name)
}
