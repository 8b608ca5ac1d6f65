package golang

import (
	"bytes"
	"go/ast"
	"path"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// A library makes programs workers.
type library struct {
	path   string
	kind   *worker.Kind
	starts []string // functions of it that only a worker calls
	config string   // the type that has its time
	keys   []string // of that type, which only a worker sets
	field  string   // of that type: how long a stop takes
	on     bool     // the field is set on a value, not in a literal alone
}

var libraries = []library{
	{path: "github.com/tasuki-jobs/tasuki", kind: worker.Tasuki, starts: []string{"Main", "New"}, config: "Config", field: "Timeout"},
	{path: "github.com/hibiken/asynq", kind: worker.Asynq, starts: []string{"NewServer"}, config: "Config", field: "ShutdownTimeout"},
	{path: "github.com/riverqueue/river", kind: worker.River, config: "Config", keys: []string{"Queues"}, field: "SoftStopTimeout"},
	{path: "github.com/contribsys/faktory_worker_go", kind: worker.Faktory, starts: []string{"NewManager"}, config: "Manager", field: "ShutdownTimeout", on: true},
	{path: "go.temporal.io/sdk/worker", kind: worker.Temporal, starts: []string{"New"}, config: "Options", field: "WorkerStopTimeout"},
}

// realNames are packages that are not called as the end of their path.
var realNames = map[string]string{"github.com/contribsys/faktory_worker_go": "faktory_worker"}

// interesting says whether a file has to be parsed whole.
func interesting(content []byte) bool {
	for _, l := range libraries {
		if bytes.Contains(content, []byte(l.path)) || bytes.Contains(content, []byte(l.field)) {
			return true
		}
	}
	return bytes.Contains(content, []byte("time."))
}

// Worker says whether the program of a folder works jobs off, and with what.
func (s *Sources) Worker(dir string) (*worker.Found, bool) {
	p := s.pkg(dir)
	if p == nil || p.name != "main" {
		return nil, false
	}
	dirs := s.reach(dir)
	for _, l := range libraries {
		if s.starts(l, dir, dirs) {
			return &worker.Found{Kind: l.kind, Own: s.time(l, dirs)}, true
		}
	}
	if strings.Contains(path.Base(dir), "worker") { // what makes it one may be hidden from a reader
		return s.linked(dir)
	}
	return nil, false
}

// linked is a worker of the first library that the module of a folder requires.
func (s *Sources) linked(dir string) (*worker.Found, bool) {
	for _, m := range s.modules {
		if m.dir != "." && m.dir != dir && !strings.HasPrefix(dir, m.dir+"/") {
			continue
		}
		content, _, _ := s.read(path.Join(m.dir, "go.mod"))
		for _, l := range libraries {
			if bytes.Contains(content, []byte(l.path+" ")) || bytes.Contains(content, []byte(l.path+"/v")) {
				return &worker.Found{Kind: l.kind}, true
			}
		}
		return nil, false
	}
	return nil, false
}

// starts says whether the program makes a worker of that library: in itself, or in a
// function of another package that something of the program mentions.
func (s *Sources) starts(l library, main string, dirs []string) bool {
	for _, dir := range dirs {
		for _, f := range s.pkg(dir).files {
			for _, in := range f.makes(l) {
				if dir == main || in == "" || s.mentioned(in, f, dirs) {
					return true
				}
			}
		}
	}
	return false
}

// makes are the functions of a file that make a worker; empty: not a function.
func (f *file) makes(l library) (in []string) {
	local := f.local(l.path)
	if local == "" {
		return nil
	}
	for _, d := range f.tree.Decls {
		name := ""
		if fn, ok := d.(*ast.FuncDecl); ok {
			name = fn.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if fn := n.Fun; selects(unindexed(fn), local, l.starts) {
					in = append(in, name)
				}
			case *ast.CompositeLit:
				if len(l.keys) > 0 && selects(n.Type, local, []string{l.config}) && hasKey(n, l.keys) {
					in = append(in, name)
				}
			case *ast.AssignStmt:
				if slices.ContainsFunc(n.Lhs, func(e ast.Expr) bool { return field(e, l.keys) }) {
					in = append(in, name)
				}
			}
			return true
		})
	}
	return in
}

// local is the name that a file has for a package; empty: it does not import it.
func (f *file) local(importPath string) string {
	for name, at := range f.imports {
		if versioned.ReplaceAllString(at, "") == importPath {
			return name
		}
	}
	return ""
}

// mentioned says whether anything but its own declaration has a function's name.
func (s *Sources) mentioned(name string, declared *file, dirs []string) bool {
	for _, dir := range dirs {
		for _, f := range s.pkg(dir).files {
			n := words(f.content, name)
			if f == declared && n > 1 || f != declared && n > 0 {
				return true
			}
		}
	}
	return false
}

// words counts a word in a text; a comment that begins a declaration is none.
func words(content []byte, word string) (n int) {
	for line := range bytes.Lines(content) {
		if bytes.HasPrefix(bytes.TrimSpace(line), []byte("//")) {
			continue
		}
		for rest := line; ; {
			i := bytes.Index(rest, []byte(word))
			if i < 0 {
				break
			}
			before, after := byte(' '), byte(' ')
			if i > 0 {
				before = rest[i-1]
			}
			if i+len(word) < len(rest) {
				after = rest[i+len(word)]
			}
			if !letter(before) && !letter(after) {
				n++
			}
			rest = rest[i+len(word):]
		}
	}
	return n
}

func letter(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// selects says whether an expression is pkg.NAME, with one of the names.
func selects(e ast.Expr, pkg string, names []string) bool {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == pkg && slices.Contains(names, sel.Sel.Name)
}

// unindexed is a function without its type's arguments.
func unindexed(e ast.Expr) ast.Expr {
	switch x := e.(type) {
	case *ast.IndexExpr:
		return x.X
	case *ast.IndexListExpr:
		return x.X
	}
	return e
}

// field says whether an expression is VALUE.NAME, with one of the names.
func field(e ast.Expr, names []string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	return ok && slices.Contains(names, sel.Sel.Name)
}

func hasKey(lit *ast.CompositeLit, keys []string) bool {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && slices.Contains(keys, id.Name) {
				return true
			}
		}
	}
	return false
}

// time is the time that the program sets for a stop; nil: none. The literal of the
// configuration counts, and what is assigned to the field in a file that knows the library.
func (s *Sources) time(l library, dirs []string) *deploy.Figure {
	var found *deploy.Figure
	for _, dir := range dirs {
		for _, f := range s.pkg(dir).files {
			local := f.local(l.path)
			if local == "" {
				continue
			}
			for _, e := range f.settings(l, local) {
				fig := s.figure(l, f, dir, e)
				if found == nil || fig.Open != "" || found.Open == "" && fig.Time > found.Time {
					found = &fig
				}
			}
		}
	}
	return found
}

// settings are the expressions that a file gives to the field.
func (f *file) settings(l library, local string) (all []ast.Expr) {
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if selects(n.Type, local, []string{l.config}) {
				all = append(all, keyed(n, l.field)...)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if sel, ok := left.(*ast.SelectorExpr); ok && sel.Sel.Name == l.field && i < len(n.Rhs) {
					all = append(all, n.Rhs[i])
				}
			}
		}
		return true
	})
	return all
}

func keyed(lit *ast.CompositeLit, field string) (all []ast.Expr) {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if id, ok := kv.Key.(*ast.Ident); ok && id.Name == field {
				all = append(all, kv.Value)
			}
		}
	}
	return all
}

func (s *Sources) figure(l library, f *file, dir string, e ast.Expr) deploy.Figure {
	at := f.set.Position(e.Pos())
	fig := deploy.Figure{What: l.kind.Name + "'s " + l.field, Pos: deploy.Pos{File: f.shown, Line: at.Line}}
	d, ok := s.value(e, f, dir, 0)
	switch {
	case !ok:
		from, to := f.set.Position(e.Pos()).Offset, f.set.Position(e.End()).Offset
		text := ""
		if from <= to && to <= len(f.content) {
			text = string(f.content[from:min(to, from+60)])
		}
		fig.Open = "is " + strings.Join(strings.Fields(text), " ") + ", which is known only when the program runs"
	case d < 0:
		fig.Endless = true
	case d == 0: // not set
		fig.Time, fig.Endless, fig.Default = l.kind.Time, l.kind.Endless, true
	default:
		fig.Time = d
	}
	return fig
}

// Name is what people call the program of a folder.
func (s *Sources) Name(dir string) string {
	if name := s.called(dir); name != "" && dir == "." {
		return name
	}
	return path.Base(dir)
}
