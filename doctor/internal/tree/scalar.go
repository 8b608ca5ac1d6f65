package tree

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// IsNull says whether it is there and empty.
func (n Node) IsNull() bool {
	y := follow(n.y)
	return y != nil && y.Kind == yaml.ScalarNode && (y.Tag == "!!null" || y.Tag == "" && y.Value == "")
}

// Text is a scalar's value; the zero Text if it is none.
func (n Node) Text() deploy.Text {
	y := follow(n.y)
	if y == nil || y.Kind != yaml.ScalarNode {
		return deploy.Text{}
	}
	t := deploy.Text{Value: y.Value, Pos: n.Pos(), Open: y.Tag == OpenTag}
	if y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 && y == n.y {
		t.Pos.Line++ // its text begins below the key
	}
	if y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && strings.Contains(y.Value, "\n") {
		t.Pos.Last = t.Pos.Line // line ends within it are none of the file
	}
	return t
}

// Int is a number, also one that stands between quotes.
func (n Node) Int() (int64, bool) {
	v, err := strconv.ParseInt(strings.TrimSpace(n.Text().Value), 10, 64)
	return v, err == nil
}

// Bool is true or false, also between quotes.
func (n Node) Bool() (value, ok bool) {
	switch strings.ToLower(n.Text().Value) {
	case "true", "yes", "on":
		return true, true
	case "false", "no", "off":
		return false, true
	}
	return false, false
}

// Texts are the scalars of a list.
func (n Node) Texts() []deploy.Text {
	var all []deploy.Text
	for _, item := range n.Items() {
		all = append(all, item.Text())
	}
	return all
}
