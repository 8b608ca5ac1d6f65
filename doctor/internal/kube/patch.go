package kube

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// A patch is laid over the objects that it is meant for.
type patch struct {
	file       string // in the repository; empty: it stands in the kustomization
	pos        deploy.Pos
	target     target
	node       tree.Node
	operations []tree.Operation // of one in the form of RFC 6902
	object     Object           // of one that is written like an object
}

func (p *patch) to(o *product) {
	if !p.target.means(o) {
		return
	}
	o.by, o.other = append(o.by, p), true
	node := o.forest.Adopt(p.node)
	if node.IsList() {
		for _, op := range p.operations {
			o.Node = o.forest.Changed(o.Node, op)
		}
		return
	}
	n, left := o.forest.Merged(o.Node, node, o.keys())
	o.gone = !left
	if left {
		o.Node = n
	}
}

// listKeys are the fields that tell the items of Kubernetes' lists apart.
var listKeys = map[string][]string{
	"containers": {"name"}, "initContainers": {"name"}, "ephemeralContainers": {"name"}, "env": {"name"}, "volumes": {"name"}, "imagePullSecrets": {"name"},
	"volumeMounts": {"mountPath"}, "volumeDevices": {"devicePath"}, "ports": {"containerPort", "protocol"}, "hostAliases": {"ip"}, "topologySpreadConstraints": {"topologyKey", "whenUnsatisfiable"},
}

// keys are those of an object's lists. Of kinds that are not Kubernetes' own Kustomize knows none:
// it replaces their lists.
func (p *product) keys() tree.Keys {
	group, _ := p.version()
	return func(list string) []string {
		if strings.Contains(group, ".") && !strings.HasSuffix(group, ".k8s.io") {
			return nil
		}
		return listKeys[list]
	}
}

// remark says of a patch of pods that it was not judged by itself, or not at all.
func (p *patch) remark(k *Kustomization, met bool) (Remark, bool) {
	r := Remark{Pos: p.pos, Hint: building}
	switch {
	case !met && makesPods(p.target.kind) && !k.component:
		r.Text = "it is a Kustomize patch of " + k.Shown + " for a " + p.target.kind + " that no file here has: it was not judged"
	case met && p.file != "" && makesPods(p.object.Kind):
		r.Text = "it is a Kustomize patch of " + k.Shown + ": it was not judged by itself, but laid over what it is for"
	}
	return r, r.Text != ""
}

// A reader reads patches.
type reader struct {
	dir  string
	text []byte // of the kustomization
	file func(string) (content []byte, shown string, ok bool)
}

// patches are those of one entry: the name of a file, or their text.
func (r reader) patches(body, target tree.Node) (all []*patch) {
	docs, from := r.documents(body)
	for _, doc := range docs {
		p := &patch{file: from, node: doc, pos: doc.Pos(), target: targetOf(target)}
		if doc.IsList() {
			p.operations = tree.Operations(p.node)
		} else if p.object = object(p.node, from); !target.Exists() {
			p.target = p.object.target()
		}
		if p.target.known {
			all = append(all, p)
		}
	}
	return all
}

// documents are what a patch says, and the file that it stands in; none: the kustomization.
func (r reader) documents(body tree.Node) (docs []tree.Node, from string) {
	text := body.Text().Value
	if strings.ContainsAny(text, "\n{[") {
		docs, _ = body.Within(r.text)
		return docs, ""
	}
	from = path.Join(r.dir, text)
	if content, shown, ok := r.file(from); ok {
		docs, _ = read(from, shown, content)
	}
	return docs, from
}
