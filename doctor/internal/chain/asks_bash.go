package chain

import "mvdan.cc/sh/v3/syntax"

// test is the outcome of [[ … ]].
func (e asker) test(x syntax.TestExpr) (truth, known bool) {
	switch x := x.(type) {
	case *syntax.ParenTest:
		return e.test(x.X)
	case *syntax.Word:
		w := e.word(x)
		return w.Value != "", !w.Open
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			truth, known = e.test(x.X)
			return !truth, known
		}
		if w, ok := x.X.(*syntax.Word); ok {
			return unary(x.Op.String(), e.word(w))
		}
	case *syntax.BinaryTest:
		return e.binaryTest(x)
	}
	return false, false
}

func (e asker) binaryTest(x *syntax.BinaryTest) (truth, known bool) {
	switch x.Op {
	case syntax.AndTest, syntax.OrTest:
		a, sureA := e.test(x.X)
		b, sureB := e.test(x.Y)
		if x.Op == syntax.AndTest {
			return and(a, sureA, b, sureB)
		}
		truth, known = and(!a, sureA, !b, sureB)
		return !truth, known
	}
	l, okL := x.X.(*syntax.Word)
	r, okR := x.Y.(*syntax.Word)
	if !okL || !okR {
		return false, false
	}
	return binary(e.word(l), x.Op.String(), e.word(r), true)
}
