package image

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// copies remembers where files of the context go. Those of other stages are none.
func (r *reader) copies(n *parser.Node) {
	for _, f := range n.Flags {
		if strings.HasPrefix(f, "--from") {
			r.carry(f, n)
			return
		}
	}
	var words []string
	for a := n.Next; a != nil; a = a.Next {
		words = append(words, r.text(a.Value, n).Value)
	}
	m := r.last()
	if len(words) < 2 {
		return
	}
	to := words[len(words)-1]
	if dir := to == "." || strings.HasSuffix(to, "/"); !path.IsAbs(to) {
		if to = path.Join("/", m.Workdir, to); dir {
			to += "/"
		}
	}
	r.inline(n, to)
	for _, from := range words[:len(words)-1] {
		m.Copies = append(m.Copies, deploy.Copy{From: strings.TrimPrefix(path.Clean("/"+from), "/"), To: to})
	}
	m.Runs = append(m.Runs, deploy.Text{Value: n.Original, Pos: r.pos(n)})
}

// inline remembers files whose content stands behind the COPY itself.
func (r *reader) inline(n *parser.Node, to string) {
	m := r.last()
	for _, h := range n.Heredocs {
		name := to
		if strings.HasSuffix(to, "/") || len(n.Heredocs) > 1 {
			name = path.Join(to, h.Name)
		}
		if m.Inline == nil {
			m.Inline = map[string]deploy.Text{}
		}
		m.Inline[path.Clean(name)] = deploy.Text{Value: h.Content, Pos: deploy.Pos{File: r.file, Line: n.StartLine + 1}}
	}
}

// carry is a COPY --from of another stage: what that one has built or copied is here now.
func (r *reader) carry(flag string, n *parser.Node) {
	_, name, _ := strings.Cut(flag, "=")
	var words []string
	for a := n.Next; a != nil; a = a.Next {
		words = append(words, r.text(a.Value, n).Value)
	}
	if len(words) < 2 {
		return
	}
	m, to := r.last(), words[len(words)-1]
	dir := strings.HasSuffix(to, "/") || to == "." || to == "./" || len(words) > 2
	to = path.Join("/", join(m.Workdir, to))
	m.Runs = append(m.Runs, deploy.Text{Value: n.Original, Pos: r.pos(n)})
	for _, from := range words[:len(words)-1] {
		r.bring(r.stage(name), path.Clean(from), to, dir)
		if m.Family == deploy.NoShell && (to == "/" || path.Base(from) == "sh" || path.Base(from) == "busybox" || path.Base(from) == "bin") {
			m.Family = "" // it may have got a shell
		}
	}
}

func join(dir, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(dir, name)
}

// stage is the one that a COPY --from names, by its name or its number; nil: another image.
func (r *reader) stage(name string) *deploy.Image {
	for i, s := range r.stages[:len(r.stages)-1] {
		if s.Name != "" && strings.EqualFold(s.Name, name) || strconv.Itoa(i) == name {
			return s
		}
	}
	return nil
}

// bring takes over what a stage has at from.
func (r *reader) bring(s *deploy.Image, from, to string, dir bool) {
	m := r.last()
	for _, b := range slices.Clone(r.built) {
		if rest, ok := below(b.Path, from); ok && len(r.built) < 1000 {
			at := path.Join(to, rest)
			if rest == "" && dir {
				at = path.Join(to, path.Base(from))
			}
			r.built = append(r.built, deploy.Built{Path: at, Package: b.Package})
		}
	}
	if s == nil {
		return
	}
	for _, c := range s.Copies {
		rest, ok := below(path.Clean(c.To), from)
		if inner, up := below(from, path.Clean(c.To)); up && !ok { // a part of what was copied
			at := to
			if dir {
				at = path.Join(to, path.Base(from))
			}
			m.Copies = append(m.Copies, deploy.Copy{From: path.Join(c.From, inner), To: at})
			continue
		}
		if ok && len(m.Copies) < 1000 {
			at := path.Join(to, rest)
			if strings.HasSuffix(c.To, "/") {
				at += "/"
			}
			m.Copies = append(m.Copies, deploy.Copy{From: c.From, To: at})
		}
	}
}

// below is what is left of a path behind a folder that it is in.
func below(name, dir string) (rest string, ok bool) {
	if name == dir {
		return "", true
	}
	rest, ok = strings.CutPrefix(name, strings.TrimSuffix(dir, "/")+"/")
	return rest, ok
}
