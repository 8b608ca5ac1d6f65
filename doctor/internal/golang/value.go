package golang

import (
	"go/ast"
	"go/token"
	"strconv"
	"time"
)

// units are the constants of package time.
var units = map[string]time.Duration{"Nanosecond": 1, "Microsecond": time.Microsecond, "Millisecond": time.Millisecond,
	"Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}

// value is a constant's value: numbers, the units of time, constants of the program's own.
func (s *Sources) value(e ast.Expr, f *file, dir string, depth int) (time.Duration, bool) {
	if depth > 20 {
		return 0, false
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		n, err := strconv.ParseFloat(e.Value, 64)
		if e.Kind == token.INT {
			i, err := strconv.ParseInt(e.Value, 0, 64)
			return time.Duration(i), err == nil
		}
		return time.Duration(n), err == nil && e.Kind == token.FLOAT && n == float64(int64(n))
	case *ast.ParenExpr:
		return s.value(e.X, f, dir, depth+1)
	case *ast.UnaryExpr:
		d, ok := s.value(e.X, f, dir, depth+1)
		return -d, ok && e.Op == token.SUB
	case *ast.BinaryExpr:
		return s.sum(e, f, dir, depth)
	case *ast.CallExpr: // time.Duration(30)
		if len(e.Args) == 1 && f.imports["time"] == "time" && selects(e.Fun, "time", []string{"Duration"}) {
			return s.value(e.Args[0], f, dir, depth+1)
		}
	case *ast.Ident:
		return s.constant(e.Name, dir, depth)
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		if !ok {
			return 0, false
		}
		if u, ok := units[e.Sel.Name]; ok && f.imports[x.Name] == "time" {
			return u, true
		}
		if other, ok := s.Folder(f.imports[x.Name]); ok {
			return s.constant(e.Sel.Name, other, depth)
		}
	}
	return 0, false
}

func (s *Sources) sum(e *ast.BinaryExpr, f *file, dir string, depth int) (time.Duration, bool) {
	x, okX := s.value(e.X, f, dir, depth+1)
	y, okY := s.value(e.Y, f, dir, depth+1)
	if !okX || !okY {
		return 0, false
	}
	switch e.Op {
	case token.ADD:
		return x + y, true
	case token.SUB:
		return x - y, true
	case token.MUL:
		return x * y, true
	case token.QUO:
		if y != 0 {
			return x / y, true
		}
	}
	return 0, false
}

// constant is a constant of a package.
func (s *Sources) constant(name, dir string, depth int) (time.Duration, bool) {
	p := s.pkg(dir)
	if p == nil {
		return 0, false
	}
	for _, f := range p.files {
		for _, d := range f.tree.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v, ok := spec.(*ast.ValueSpec)
				if !ok {
					continue
				}
				for i, id := range v.Names {
					if id.Name == name && i < len(v.Values) {
						return s.value(v.Values[i], f, dir, depth+1)
					}
				}
			}
		}
	}
	return 0, false
}
