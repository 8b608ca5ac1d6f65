package cloudformation

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// holes are the places of Fn::Sub's text: ${Name}, and ${!Literal}.
var holes = regexp.MustCompile(`\$\{(!?)([^}]*)\}`)

// mostText is how long a text may get that is put together.
const mostText = 256 << 10

// sub puts values into a text. Those that are not known stay as they are written.
func (t *Template) sub(n, arg tree.Node, again again) tree.Node {
	text, own := arg, tree.Node{}
	if items := arg.Items(); len(items) == 2 {
		text, own = items[0], items[1]
	}
	isOpen := text.Text().Value == "" && !text.Text().Given()
	size := 0
	out := holes.ReplaceAllStringFunc(text.Text().Value, func(hole string) string {
		m := holes.FindStringSubmatch(hole)
		if m[1] == "!" {
			return "${" + m[2] + "}"
		}
		v := again(own.Get(m[2]))
		if !v.Exists() && !strings.Contains(m[2], ".") {
			v = t.ref(n, m[2], again)
		}
		if !v.Exists() || v.IsOpen() || v.IsMap() || v.IsList() {
			isOpen = true
			return hole
		}
		if size += len(v.Text().Value); size > mostText {
			isOpen = true
			return ""
		}
		return v.Text().Value
	})
	tag := "!!str"
	if isOpen {
		tag = tree.OpenTag
	}
	return text.Replaced(out, tag)
}

func (t *Template) join(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 2 {
		return open(n, "!Join")
	}
	list := again(items[1])
	if !list.IsList() {
		return open(n, "!Join")
	}
	var parts []string
	isOpen, size := false, 0
	for _, item := range list.Texts() {
		value := item.Value
		if size += len(value); size > mostText {
			return open(n, "!Join")
		}
		if item.Open {
			isOpen = true
			value = "${" + strings.TrimPrefix(value, "!Ref ") + "}"
		}
		parts = append(parts, value)
	}
	text := strings.Join(parts, items[0].Text().Value)
	if isOpen {
		return list.Scalar(text, tree.OpenTag)
	}
	return list.Scalar(text, "!!str")
}

func (t *Template) split(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 2 {
		return open(n, "!Split")
	}
	text := again(items[1])
	if text.IsOpen() || !text.Text().Given() {
		return open(n, "!Split")
	}
	var parts []tree.Node
	for part := range strings.SplitSeq(text.Text().Value, items[0].Text().Value) {
		parts = append(parts, text.Scalar(part, "!!str"))
	}
	return text.ListOf(parts)
}

func (t *Template) selected(n, arg tree.Node, again again) tree.Node {
	items := arg.Items()
	if len(items) != 2 {
		return open(n, "!Select")
	}
	list := again(items[1])
	i, err := strconv.Atoi(items[0].Text().Value)
	if all := list.Items(); err == nil && i >= 0 && i < len(all) {
		return again(all[i])
	}
	return open(n, "!Select")
}
