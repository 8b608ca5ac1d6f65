package terraform

import "github.com/tasuki-jobs/tasuki/doctor/internal/tree"

// output is what a called module gives: module.NAME.OUTPUT, also of one of several.
func (m *Module) output(p []string) (tree.Node, int) {
	child := m.children[p[1]]
	if child == nil {
		if n, used := m.remote(p); used > 0 {
			return n, used
		}
		return tree.Node{}, 0
	}
	used := 3
	if len(p) > 3 && child.declared["output "+p[2]].Type == "" {
		used = 4 // an index or a key in between
	}
	if len(p) < used {
		return tree.Node{}, 0
	}
	b, ok := child.declared["output "+p[used-1]]
	if !ok {
		return tree.Node{}, 0
	}
	return child.once("output."+p[used-1], func() tree.Node { return b.Attribute("value", child.scope(nil)) }), used
}

// template is data.template_file.NAME.rendered and data.local_file.NAME.content.
func (m *Module) template(p []string) (tree.Node, int) {
	if len(p) < 4 {
		return tree.Node{}, 0
	}
	b, ok := m.data[p[1]+"."+p[2]]
	last := p[len(p)-1]
	if !ok || last != "rendered" && last != "content" {
		return tree.Node{}, 0
	}
	return m.once("data."+p[1]+"."+p[2], func() tree.Node { return m.rendered(b) }), len(p)
}

func (m *Module) rendered(b tree.Block) tree.Node {
	in := m.scope(nil)
	if b.Label(0) == "local_file" {
		if content, shown, ok := m.read(b.Attribute("filename", in).Text().Value); ok {
			return in.Forest.String(string(content), shown, 1)
		}
		return tree.Node{}
	}
	text := b.Attribute("template", in)
	if b.Label(0) != "template_file" || !text.Exists() || text.IsOpen() {
		return tree.Node{}
	}
	n, err := in.Render(text.Text(), b.Attribute("vars", in))
	if err != nil {
		return tree.Node{}
	}
	return n
}
