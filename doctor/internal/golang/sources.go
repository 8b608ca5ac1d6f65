// Package golang looks into a repository's Go programs, as far as a doctor has to: which of
// them work jobs off, and how long their stop may take. It parses, and builds nothing.
package golang

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Sources are the Go files of a repository.
type Sources struct {
	read    func(name string) (content []byte, shown string, ok bool)
	dirs    map[string][]string // the files of each folder, without tests
	modules []module
	parsed  map[string]*pkg
	named   map[string][]string // see byName; nil: nobody has asked
	left    int                 // files that may still be read
	list    Lister              // nil: Open was told of all files
}

// A Lister lists a folder: the files and the folders in it, by their whole names.
type Lister func(dir string) (files, folders []string)

// A module is a go.mod: its folder, and the path that its packages are imported by.
type module struct{ dir, path string }

// A pkg is a folder that was read.
type pkg struct {
	name  string
	files []*file
}

type file struct {
	name, shown string
	content     []byte
	tree        *ast.File
	set         *token.FileSet
	imports     map[string]string // by the name that the file has for it
}

// mostFiles is how many files are read in all.
const mostFiles = 3000

// Open remembers which files there are; names are all of the repository's.
func Open(names []string, read func(name string) ([]byte, string, bool)) *Sources {
	s := &Sources{read: read, dirs: map[string][]string{}, parsed: map[string]*pkg{}, left: mostFiles}
	for _, name := range names {
		switch base := path.Base(name); {
		case base == moduleFile:
			if content, _, ok := read(name); ok {
				if m := moduleLine.FindSubmatch(content); m != nil {
					s.modules = append(s.modules, module{dir: path.Dir(name), path: strings.Trim(string(m[1]), `"`)})
				}
			}
		case isSource(base):
			s.dirs[path.Dir(name)] = append(s.dirs[path.Dir(name)], name)
		}
	}
	slices.SortFunc(s.modules, func(a, b module) int { return len(b.dir) - len(a.dir) }) // the innermost first
	return s
}

const moduleFile = "go.mod"

func isSource(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

// Folder is the folder of a package that is imported by a path.
func (s *Sources) Folder(importPath string) (dir string, ok bool) {
	for _, m := range s.modules {
		if rest, ok := strings.CutPrefix(importPath+"/", m.path+"/"); ok {
			dir := path.Join(m.dir, strings.TrimSuffix(rest, "/"))
			if len(s.sources(dir)) > 0 {
				return dir, true
			}
		}
	}
	return "", false
}

// Mains are the folders of programs that are called so: cmd/NAME, another folder of that name, or
// the root of a module of that name.
func (s *Sources) Mains(name string) (dirs []string) {
	s.seek(name)
	for _, dir := range s.byName()[name] {
		if p := s.pkg(dir); p != nil && p.name == "main" {
			dirs = append(dirs, dir)
		}
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Or(rankOf(a)-rankOf(b), strings.Compare(a, b)) })
	return dirs
}

// byName are the folders by what a program of theirs may be called: as they are, or as the module
// that they are the root of.
func (s *Sources) byName() map[string][]string {
	if s.named != nil {
		return s.named
	}
	s.named = map[string][]string{}
	for dir, files := range s.dirs {
		if len(files) == 0 {
			continue
		}
		s.named[path.Base(dir)] = append(s.named[path.Base(dir)], dir)
	}
	for _, m := range s.modules {
		if name := s.called(m.dir); len(s.dirs[m.dir]) > 0 && name != path.Base(m.dir) {
			s.named[name] = append(s.named[name], m.dir)
		}
	}
	return s.named
}

// Below are the folders with programs in a folder and what is below it.
func (s *Sources) Below(dir string) (dirs []string) {
	s.descend(dir)
	for d := range s.dirs {
		if d == dir || dir == "." || strings.HasPrefix(d, dir+"/") {
			if p := s.pkg(d); p != nil && p.name == "main" {
				dirs = append(dirs, d)
			}
		}
	}
	slices.Sort(dirs)
	return dirs
}

func rankOf(dir string) int {
	if path.Base(path.Dir(dir)) == "cmd" {
		return 0
	}
	return 1 + len(dir)
}

// called is the last part of the path of the module that a folder is the root of.
func (s *Sources) called(dir string) string {
	for _, m := range s.modules {
		if m.dir == dir {
			return path.Base(versioned.ReplaceAllString(m.path, ""))
		}
	}
	return ""
}

var versioned = regexp.MustCompile(`/v\d+$`)

// pkg reads a folder; nil: it has no Go files that can be read.
func (s *Sources) pkg(dir string) *pkg {
	if p, ok := s.parsed[dir]; ok {
		return p
	}
	p := &pkg{}
	for _, name := range s.sources(dir) {
		if f := s.file(name); f != nil {
			p.files = append(p.files, f)
			if p.name == "" || f.tree.Name.Name == "main" {
				p.name = f.tree.Name.Name
			}
		}
	}
	if len(p.files) == 0 {
		p = nil
	}
	s.parsed[dir] = p
	return p
}

// file parses a file: all of it if it has a library's name in it, or else its imports.
func (s *Sources) file(name string) *file {
	if s.left--; s.left < 0 {
		return nil
	}
	content, shown, ok := s.read(name)
	if !ok || len(content) > 1<<20 || bytes.Count(content, []byte("(")) > 30000 || ignored(content) {
		return nil
	}
	mode := parser.ImportsOnly
	if interesting(content) {
		mode = parser.SkipObjectResolution
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, shown, content, mode)
	if tree == nil || tree.Name == nil || err != nil && mode == parser.ImportsOnly {
		return nil
	}
	f := &file{name: name, shown: shown, content: content, tree: tree, set: set, imports: map[string]string{}}
	for _, i := range tree.Imports {
		at := strings.Trim(i.Path.Value, `"`)
		local := path.Base(versioned.ReplaceAllString(at, ""))
		if i.Name != nil {
			local = i.Name.Name
		} else if real, ok := realNames[at]; ok {
			local = real
		}
		f.imports[local] = at
	}
	return f
}

// ignored says whether a build leaves the file out.
func ignored(content []byte) bool {
	return bytes.Contains(content[:min(len(content), 500)], []byte("//go:build ignore"))
}

// reach are the packages that a program is made of, itself first.
func (s *Sources) reach(dir string) (all []string) {
	seen := map[string]bool{dir: true}
	for queue := []string{dir}; len(queue) > 0; queue = queue[1:] {
		p := s.pkg(queue[0])
		if p == nil {
			continue
		}
		all = append(all, queue[0])
		for _, f := range p.files {
			for _, at := range f.imports {
				if next, ok := s.Folder(at); ok && !seen[next] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
	}
	return all
}
