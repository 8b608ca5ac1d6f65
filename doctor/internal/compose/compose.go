// Package compose reads compose files as docker compose does: several files of one project
// merged, with what they extend and include. Files are read through the repository alone;
// the process's environment and the network are never asked.
package compose

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Files are a repository's files, by their paths with slashes.
type Files interface {
	Read(name string) ([]byte, error)
	Exists(name string) bool
	Shown(name string) string
}

// A Note is something of a project that was not read, and why.
type Note struct {
	Pos    deploy.Pos
	Text   string
	Hint   string
	Unread bool // it should have been read
}

// A Project is one or more compose files that are used together.
type Project struct {
	Dir      string   // where relative paths begin
	Names    []string // the files, those that override others last
	Services []*Service
	Notes    []Note
	Used     []string // files that these refer to

	files Files
	docs  map[string][]tree.Node
	gate  gate
	vars  vars
}

// A Service is one of a project's.
type Service struct {
	Name     string
	Pos      deploy.Pos // its key, in the first file that has it
	Image    deploy.Text
	Build    *Build
	Entry    *deploy.Command // nil: the image's
	Command  *deploy.Command // nil: the image's
	NoEntry  bool            // the image's entry point is taken away
	Strings  []String        // commands that are written as one string
	Env      map[string]deploy.Text
	EnvOpen  bool
	EnvFile  deploy.EnvFile
	Init     deploy.Pos // where it is true
	Signal   deploy.Text
	Grace    deploy.Figure
	Workdir  deploy.Text
	Hostname deploy.Text
	Replicas Count
	Profiles []string
	Restart  deploy.Text
	Mounted  deploy.Pos // where the folder that it is built from is laid over the image's files
	Origins  []Origin   // the mappings that make it, the one that wins first
}

// A Build is how a service's image is made.
type Build struct {
	Context, Dockerfile, Target string // paths of the repository
	Elsewhere                   bool   // not from this repository, or not known
}

// A String is a command that compose splits into words by itself.
type String struct {
	Text deploy.Text
	Rest string // what it drops: from the first operator on that is not quoted; empty: nothing
	Part string // what it keeps
}

// A Count is how many containers a service has.
type Count struct {
	N   int
	Pos deploy.Pos
}

// An Origin is a mapping that a service's settings stand in.
type Origin struct {
	Name string // the file
	Node tree.Node
}

// DefaultGrace is what a container has that says nothing (compose's specification,
// stop_grace_period).
const DefaultGrace = 10 // seconds

// tops are keys that a compose file has at the begin of a line.
var tops = []string{"services", "include"}

// Holds says whether a file may be a compose file, by its words. Repositories have megabytes
// of other YAML, so it looks at each line's begin alone.
func Holds(content []byte) bool {
	for line := range bytes.Lines(content) {
		if top(line) {
			return !bytes.Contains(content, []byte("apiVersion:"))
		}
	}
	return false
}

// top says whether a line begins with such a key.
func top(line []byte) bool {
	line = unquoted(line)
	for _, key := range tops {
		if rest, ok := bytes.CutPrefix(line, []byte(key)); ok && bytes.HasPrefix(bytes.TrimLeft(unquoted(rest), " \t\r\n"), []byte(":")) {
			return true
		}
	}
	return false
}

// unquoted is a text without a quote at its begin.
func unquoted(text []byte) []byte {
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		return text[1:]
	}
	return text
}

var conventional = regexp.MustCompile(`(?i)(^|[^a-z])(compose|stack|swarm)([^a-z]|$)`)

// Named says whether a file is one by its name.
func Named(name string) bool {
	base := path.Base(name)
	ext := path.Ext(base)
	return (ext == ".yml" || ext == ".yaml") && conventional.MatchString(strings.TrimSuffix(base, ext))
}

// Is says whether a document is a compose file, by its form: services that have an image
// or are built. Many other formats have a key of that name.
func Is(docs []tree.Node) bool {
	found := false
	for _, doc := range docs {
		services := doc.Get("services")
		if services.Exists() && !services.IsMap() {
			return false
		}
		for _, s := range services.Pairs() {
			found = found || s.IsMap() && (s.Get("image").Exists() || s.Get("build").Exists())
			if s.Get("class").Exists() || s.Get("arguments").Exists() {
				return false
			}
		}
	}
	return found
}

// largest is how many values a file may have, aliases counted each time they are used.
const largest = 50_000

// ErrTemplate is of a file that another tool makes a compose file of.
var ErrTemplate = errors.New("it is a template, and was not judged")

// open reads and parses one of the files.
func (p *Project) open(name string) ([]byte, []tree.Node, error) {
	content, err := p.files.Read(name)
	if err != nil {
		return nil, nil, err
	}
	docs, ok := p.docs[name]
	if !ok {
		if docs, err = tree.YAML(p.files.Shown(name), content); err != nil {
			if bytes.Contains(content, []byte("{{")) || bytes.Contains(content, []byte("<%")) || bytes.Contains(content, []byte("{%")) {
				return nil, nil, ErrTemplate
			}
			return nil, nil, err
		}
		for _, doc := range docs {
			if size := doc.Size(largest); size < 0 {
				return nil, nil, &tree.SyntaxError{File: p.files.Shown(name), What: "an alias in it holds itself"}
			} else if size > largest {
				return nil, nil, &tree.SyntaxError{File: p.files.Shown(name), What: "with its aliases it is larger than anybody writes"}
			}
		}
		p.docs[name] = docs
	}
	return content, docs, nil
}

// Load reads the project that files make together; the first one's folder is where paths
// begin.
func Load(files Files, names ...string) (*Project, error) {
	p := &Project{Dir: path.Dir(names[0]), Names: names, files: files, docs: map[string][]tree.Node{}}
	for _, name := range names {
		if _, _, err := p.open(name); err != nil {
			return nil, fmt.Errorf("%w", err)
		}
	}
	p.gate = gate{project: p, seen: map[string]bool{}}
	for _, name := range names {
		p.gate.file(name, p.Dir)
	}
	p.readVars()
	model, err := p.model()
	if err != nil {
		return p, err
	}
	p.services(model)
	return p, nil
}

func (p *Project) note(n Note) { p.Notes = append(p.Notes, n) }
