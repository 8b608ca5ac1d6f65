// Package terraform reads a repository's Terraform: modules with their variables, and the
// resources in them with what those variables make of them. What only a plan knows stays
// open.
package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Files are those of a repository.
type Files struct {
	Names []string // of all, with slashes
	Read  func(name string) ([]byte, error)
	Shown func(name string) string // as people type it
}

// Named says whether a file is one of Terraform's, by its name.
func Named(name string) bool {
	return strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tofu")
}

// Sets says whether a file sets variables, by its name.
func Sets(name string) bool {
	return strings.HasSuffix(name, ".tfvars") || strings.HasSuffix(name, ".tfvars.json")
}

// A Project is all Terraform of a repository.
type Project struct {
	Forest  *tree.Forest
	Modules []*Module        // those that nothing here calls, and those that they call, once for each call
	Remote  []Call           // modules that are not in the repository
	Errors  map[string]error // what could not be read, by file
	Used    map[string]bool  // files that expressions read

	files  Files
	blocks map[string][]tree.Block // by folder
	vars   []varFile
	calls  int
}

// A varFile sets variables: by itself, or where somebody names it (-var-file).
type varFile struct {
	dir  string
	auto bool
	node tree.Node
}

// mostCalls is how many calls of modules are followed.
const mostCalls = 2000

// Load reads it.
func Load(files Files) *Project {
	p := &Project{Forest: tree.NewForest(), Errors: map[string]error{}, Used: map[string]bool{}, files: files, blocks: map[string][]tree.Block{}}
	for _, name := range files.Names {
		switch {
		case Named(name):
			if h := p.parse(name); h != nil {
				p.blocks[path.Dir(name)] = append(p.blocks[path.Dir(name)], h.Blocks...)
			}
		case Sets(name):
			p.varFile(name)
		}
	}
	called := map[string]bool{}
	for dir, blocks := range p.blocks {
		for _, b := range blocks {
			if at, ok := p.local(dir, b); ok {
				called[at] = true
			}
		}
	}
	var roots []string
	for dir := range p.blocks {
		if !called[dir] {
			roots = append(roots, dir)
		}
	}
	slices.Sort(roots)
	for _, dir := range roots {
		p.add(&Module{Dir: dir, root: dir, project: p})
	}
	return p
}

func (p *Project) parse(name string) *tree.HCL {
	content, err := p.files.Read(name)
	if err != nil {
		p.Errors[name] = err
		return nil
	}
	h, err := tree.ReadHCL(p.files.Shown(name), content)
	if err != nil {
		p.Errors[name] = err
	}
	return h
}

func (p *Project) varFile(name string) {
	base, _ := strings.CutSuffix(path.Base(name), ".json")
	v := varFile{dir: path.Dir(name), auto: base == "terraform.tfvars" || strings.HasSuffix(base, ".auto.tfvars")}
	if strings.HasSuffix(name, ".json") {
		content, err := p.files.Read(name)
		if err == nil {
			v.node, err = tree.JSON(p.files.Shown(name), content)
		}
		if err != nil {
			p.Errors[name] = err
			return
		}
		v.node = p.Forest.Adopt(v.node)
	} else if h := p.parse(name); h != nil {
		v.node = h.Attributes(&tree.Scope{Forest: p.Forest})
	}
	p.vars = append(p.vars, v)
}

// local is the folder of a module that is called by a path.
func (p *Project) local(dir string, b tree.Block) (at string, ok bool) {
	if b.Type != "module" {
		return "", false
	}
	source := b.Attribute("source", &tree.Scope{Forest: p.Forest}).Text()
	if source.Open || !strings.HasPrefix(source.Value, "./") && !strings.HasPrefix(source.Value, "../") {
		return "", false
	}
	at = path.Join(dir, source.Value)
	return at, p.blocks[at] != nil
}

// add adds a module and those that it calls.
func (p *Project) add(m *Module) {
	p.Modules = append(p.Modules, m)
	m.begin()
	for _, b := range p.blocks[m.Dir] {
		if b.Type != "module" || p.calls >= mostCalls || m.depth > 10 {
			continue
		}
		at, ok := p.local(m.Dir, b)
		for _, each := range m.each(b) {
			in := m.scope(each)
			if !ok {
				p.Remote = append(p.Remote, Call{Module: m, Name: b.Label(0), Source: b.Attribute("source", in).Text(), Node: b.Node(in), Pos: b.Pos()})
				continue
			}
			child := &Module{Dir: at, Name: m.within(b.Label(0)), root: m.root, project: p, depth: m.depth + 1,
				inputs: func() tree.Node { return b.Node(in) }} // later: it may use the outputs of modules below
			m.children[b.Label(0)] = child
			p.calls++
			p.add(child)
		}
	}
}

// varFiles are what sets variables of a root module: first what is read by itself, the last
// one wins, then what people name.
func (p *Project) varFiles(dir string) (auto, named []tree.Node) {
	for _, v := range p.vars {
		switch {
		case v.auto && v.dir == dir:
			auto = append([]tree.Node{v.node}, auto...)
		case !v.auto && (v.dir == dir || dir == "." || strings.HasPrefix(v.dir+"/", dir+"/")):
			named = append(named, v.node)
		}
	}
	return auto, named
}
