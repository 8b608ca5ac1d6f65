package tree

import (
	"strconv"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
)

// conditional takes the branch that is sure to be taken, or what both have in common.
func (e *expr) conditional(x *hclsyntax.ConditionalExpr) *yaml.Node {
	cond := e.eval(x.Condition)
	if truth, known := truth(cond); known {
		if truth {
			return e.eval(x.TrueResult)
		}
		return e.eval(x.FalseResult)
	}
	a, b := e.eval(x.TrueResult), e.eval(x.FalseResult)
	if a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode && !isOpen(a) && a.Tag == b.Tag && a.Value == b.Value {
		return a
	}
	return e.open(x)
}

func truth(y *yaml.Node) (value, known bool) {
	if y.Kind != yaml.ScalarNode || isOpen(y) {
		return false, false
	}
	switch y.Value {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

func number(y *yaml.Node) (float64, bool) {
	if y.Kind != yaml.ScalarNode || isOpen(y) {
		return 0, false
	}
	v, err := strconv.ParseFloat(y.Value, 64)
	return v, err == nil
}

func (e *expr) unary(x *hclsyntax.UnaryOpExpr) *yaml.Node {
	y := e.eval(x.Val)
	if v, ok := truth(y); ok && x.Op == hclsyntax.OpLogicalNot {
		return e.scalar(strconv.FormatBool(!v), "!!bool", x.SrcRange)
	}
	if v, ok := number(y); ok && x.Op == hclsyntax.OpNegate {
		return e.scalar(strconv.FormatFloat(-v, 'f', -1, 64), "!!int", x.SrcRange)
	}
	return e.open(x)
}

func (e *expr) binary(x *hclsyntax.BinaryOpExpr) *yaml.Node {
	a, b := e.eval(x.LHS), e.eval(x.RHS)
	if v, ok := logic(x.Op, a, b); ok {
		return e.scalar(strconv.FormatBool(v), "!!bool", x.SrcRange)
	}
	n, okA := number(a)
	m, okB := number(b)
	if !okA || !okB {
		return e.open(x)
	}
	if v, ok := compared(x.Op, n, m); ok {
		return e.scalar(strconv.FormatBool(v), "!!bool", x.SrcRange)
	}
	if v, ok := computed(x.Op, n, m); ok {
		return e.scalar(strconv.FormatFloat(v, 'f', -1, 64), "!!int", x.SrcRange)
	}
	return e.open(x)
}

// logic is what can be told without numbers.
func logic(op *hclsyntax.Operation, a, b *yaml.Node) (value, ok bool) {
	x, knownX := truth(a)
	y, knownY := truth(b)
	switch op {
	case hclsyntax.OpLogicalAnd:
		return x && y, knownX && knownY || knownX && !x || knownY && !y
	case hclsyntax.OpLogicalOr:
		return x || y, knownX && knownY || knownX && x || knownY && y
	case hclsyntax.OpEqual, hclsyntax.OpNotEqual:
		if a.Kind != yaml.ScalarNode || b.Kind != yaml.ScalarNode || isOpen(a) || isOpen(b) {
			return false, false
		}
		same := a.Value == b.Value && isNull(a) == isNull(b)
		return same == (op == hclsyntax.OpEqual), true
	}
	return false, false
}

func compared(op *hclsyntax.Operation, a, b float64) (value, ok bool) {
	switch op {
	case hclsyntax.OpGreaterThan:
		return a > b, true
	case hclsyntax.OpGreaterThanOrEqual:
		return a >= b, true
	case hclsyntax.OpLessThan:
		return a < b, true
	case hclsyntax.OpLessThanOrEqual:
		return a <= b, true
	}
	return false, false
}

func computed(op *hclsyntax.Operation, a, b float64) (value float64, ok bool) {
	switch op {
	case hclsyntax.OpAdd:
		return a + b, true
	case hclsyntax.OpSubtract:
		return a - b, true
	case hclsyntax.OpMultiply:
		return a * b, true
	case hclsyntax.OpDivide:
		return a / b, b != 0
	}
	return 0, false
}

// mostItems is how many elements a list may have that an expression makes.
const mostItems = 10_000

// loop is [for x in list : …] or {for k, v in map : …}.
func (e *expr) loop(x *hclsyntax.ForExpr) *yaml.Node {
	coll := follow(e.eval(x.CollExpr))
	kind := yaml.SequenceNode
	if x.KeyExpr != nil {
		kind = yaml.MappingNode
	}
	y := e.in.Forest.collection(kind, e.file.name, x.SrcRange.Start.Line, x.SrcRange.Start.Column)
	keys, values, ok := e.elements(coll)
	if !ok || partly(coll) || x.Group || len(values) > mostItems {
		return e.open(x)
	}
	for i := range values {
		at := e.with(x.ValVar, values[i])
		if x.KeyVar != "" {
			at = at.with(x.KeyVar, keys[i])
		}
		if x.CondExpr != nil {
			take, known := truth(at.eval(x.CondExpr))
			if !known {
				return e.open(x)
			}
			if !take {
				continue
			}
		}
		if x.KeyExpr != nil {
			key := at.eval(x.KeyExpr)
			if key.Kind != yaml.ScalarNode {
				return e.open(x)
			}
			y.Content = append(y.Content, key)
		}
		y.Content = append(y.Content, at.eval(x.ValExpr))
		if e.in.Forest.full() {
			return e.open(x)
		}
	}
	return y
}

// elements are a collection's keys and values.
func (e *expr) elements(coll *yaml.Node) (keys, values []*yaml.Node, ok bool) {
	if coll == nil {
		return nil, nil, false
	}
	switch coll.Kind {
	case yaml.SequenceNode:
		for i, item := range coll.Content {
			keys = append(keys, e.in.Forest.scalar(strconv.Itoa(i), "!!int", e.in.Forest.file[item], item.Line))
		}
		return keys, coll.Content, true
	case yaml.MappingNode:
		for i := 0; i+1 < len(coll.Content); i += 2 {
			keys, values = append(keys, coll.Content[i]), append(values, coll.Content[i+1])
		}
		return keys, values, true
	}
	return nil, nil, false
}
