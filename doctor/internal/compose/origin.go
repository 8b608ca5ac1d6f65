package compose

import (
	"path"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// origins are the mappings that a service is made of, the one that wins first: of each file,
// from the last one on, its own and what that extends; at the end those of included files.
func (p *Project) origins(service string) (all []Origin) {
	seen := map[string]bool{}
	for i := len(p.Names) - 1; i >= 0; i-- {
		all = append(all, p.origin(p.Names[i], service, seen)...)
	}
	for i := len(p.gate.includes) - 1; i >= 0 && !p.gate.closed.include; i-- {
		all = append(all, p.origin(p.gate.includes[i].name, service, seen)...)
	}
	return all
}

func (p *Project) origin(name, service string, seen map[string]bool) (all []Origin) {
	key := name + "\x00" + service
	_, docs, err := p.open(name)
	if seen[key] || err != nil {
		return nil
	}
	seen[key] = true
	for i := len(docs) - 1; i >= 0; i-- {
		n := tree.Exactly(docs[i].Get("services"), service)
		if !n.Exists() {
			continue
		}
		all = append(all, Origin{Name: name, Node: n})
		all = append(all, p.extended(name, n, seen)...)
	}
	return all
}

// extended is what a service extends.
func (p *Project) extended(name string, n tree.Node, seen map[string]bool) []Origin {
	ref := n.Get("extends")
	if t := ref.Text(); t.Value != "" {
		return p.origin(name, t.Value, seen)
	}
	file, base := name, ref.Get("service").Text().Value
	if t := ref.Get("file").Text(); t.Value != "" {
		file = path.Join(path.Dir(name), t.Value)
		for _, own := range p.Names { // a project's paths begin at its first file
			if own == name {
				file = path.Join(p.Dir, t.Value)
			}
		}
	}
	if base == "" {
		return nil
	}
	return p.origin(file, base, seen)
}
