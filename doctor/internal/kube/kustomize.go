package kube

import (
	"path"
	"regexp"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A Kustomization is a folder that Kustomize builds: what it takes in, and what it changes.
type Kustomization struct {
	Shown string // for people

	dir       string
	resources []string // files and folders of the repository
	patches   []patch
}

// A patch is laid over the objects that it is meant for.
type patch struct {
	file   string // in the repository; empty: it stands in the kustomization
	layer  layer
	kind   string
	name   *regexp.Regexp
	object Object // of a patch that is written like one
}

// IsKustomization says whether a file is one, by its name.
func IsKustomization(name string) bool {
	switch path.Base(name) {
	case "kustomization.yaml", "kustomization.yml", "Kustomization":
		return true
	}
	return false
}

// AddKustomization takes in a kustomization; file reads another file of the repository, and
// says under which name people know it.
func (c *Cluster) AddKustomization(name, shown string, content []byte, file func(string) (content []byte, shown string, ok bool)) error {
	docs, err := tree.YAML(shown, content)
	for _, doc := range docs {
		k := &Kustomization{Shown: path.Dir(shown), dir: path.Dir(name)}
		for _, key := range []string{"resources", "bases", "components"} {
			for _, t := range doc.Get(key).Texts() {
				k.resources = append(k.resources, path.Join(k.dir, t.Value))
			}
		}
		for _, n := range doc.Get("patchesStrategicMerge").Items() {
			k.add(n, tree.Node{}, file)
		}
		for _, key := range []string{"patches", "patchesJson6902"} {
			for _, n := range doc.Get(key).Items() {
				body := n.Get("patch")
				if n.Get("path").Exists() {
					body = n.Get("path")
				}
				k.add(body, n.Get("target"), file)
			}
		}
		c.kustoms = append(c.kustoms, k)
		c.generate(doc, k.dir, file)
	}
	return err
}

// add takes in a patch: the name of a file, or its text.
func (k *Kustomization) add(body, target tree.Node, file func(string) ([]byte, string, bool)) {
	text := body.Text()
	content, shown, from := []byte(text.Value), text.Pos.File, ""
	if !strings.Contains(text.Value, "\n") {
		from = path.Join(k.dir, text.Value)
		var ok bool
		if content, shown, ok = file(from); !ok {
			return
		}
	} else {
		content = append([]byte(strings.Repeat("\n", max(text.Pos.Line-1, 0))), content...) // so that its lines are the file's
	}
	docs, _ := tree.YAML(shown, content)
	for _, doc := range docs {
		p := patch{file: from, kind: target.Get("kind").Text().Value}
		name := target.Get("name").Text().Value
		if doc.IsList() {
			p.layer = operationsOf(doc)
		} else {
			p.layer, p.object = doc, object(doc, from)
			if !target.Exists() {
				p.kind, name = p.object.Kind, regexp.QuoteMeta(p.object.Name)
			}
		}
		if p.name, _ = regexp.Compile("^(?:" + name + ")$"); name == "" || p.name == nil {
			p.name = regexp.MustCompile("")
		}
		k.patches = append(k.patches, p)
	}
}

// patcher is the kustomization that an object of a file is a patch of.
func (c *Cluster) patcher(file string, o Object) *Kustomization {
	for _, k := range c.kustoms {
		for _, p := range k.patches {
			if p.file == file && p.object.Kind == o.Kind && p.object.Name == o.Name {
				return k
			}
		}
	}
	return nil
}

func patchRemark(o Object, k *Kustomization) Remark {
	return Remark{Line: o.Pos().Line, Text: "it is a Kustomize patch of " + k.Shown + ": it was not judged by itself, but laid over what it is for", Hint: rendering}
}

// meant says whether a patch is for an object.
func (p *patch) meant(o Object) bool {
	return (p.kind == "" || p.kind == o.Kind) && p.name.MatchString(o.Name) && (p.kind != "" || p.name.String() != "")
}
