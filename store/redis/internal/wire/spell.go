package wire

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// rubyDepth is how deep Ruby's JSON nests; it refuses a text that goes deeper.
const rubyDepth = 100

// AppendRuby appends a JSON value spelled as Ruby's JSON.generate(JSON.parse(x))
// does: without space, with the escapes that Ruby makes, floats as Float#to_s has
// them, integers digit for digit, and of fields with the same name one, with the
// last one's value in the first one's place. If json is no valid JSON, dst comes
// back as it was and the error is ErrJSON.
//
// The spelling is that of the json library up to 2.10. From 2.11 on floats outside of
// 0.0001 to 10^15 are written otherwise (1e+20 for 1.0e+20 and 0.0000001 for 1.0e-07,
// with differences between its versions), and of the others one in a thousand gets a
// digit more than it needs.
//
// The integer -0, of which Ruby makes 0, becomes -0.0, which keeps its value and which
// Ruby leaves. What Ruby cannot spell keeps its own spelling, since then there is no other:
// numbers too large for a float, halves of surrogate pairs, and repeated names in
// what is nested deeper than 100.
func AppendRuby(dst, json []byte) ([]byte, error) {
	w := speller{src: textOf(json), dst: dst, depth: maxDepth}
	return w.all()
}

// A speller copies JSON in another spelling. It copies late, in long runs: as long
// as nothing differs there is nothing to do.
type speller struct {
	src     string
	dst     []byte
	run     int          // from here up to where we are, src is as it should be and not in dst yet
	members []member     // of all objects that are open, the innermost last
	depth   int          // how deep src may be nested
	escaped bool         // some name has a backslash
	jobs    bool         // Active Job's objects become plain values
	foreign map[int]bool // where those begin that stay as they are
}

func (w *speller) all() ([]byte, error) {
	room := memberRoom.Get().(*[]member)
	w.members = (*room)[:0]
	defer func() { w.giveBack(room) }()
	before := len(w.dst)
	i := checkUTF8(w.src)
	if i >= 0 {
		i = w.value(w.gap(0, skipSpace(w.src, 0)), 0)
	}
	if i >= 0 {
		i = w.gap(i, skipEnd(w.src, i))
	}
	if i < 0 {
		return w.dst[:before], explain(w.src, i)
	}
	w.flush(i)
	return w.dst, nil
}

// memberRoom keeps the slices for members.
var memberRoom = sync.Pool{New: func() any { return new(make([]member, 0, 64)) }}

func (w *speller) giveBack(room *[]member) {
	if cap(w.members) <= 4096 {
		*room = w.members[:0]
		memberRoom.Put(room)
	}
}

// flush copies what is as it should be up to i.
func (w *speller) flush(i int) {
	w.dst = append(w.dst, w.src[w.run:i]...)
	w.run = i
}

// gap leaves out what is between from and to. It passes on an error in to.
func (w *speller) gap(from, to int) int {
	if to > from {
		w.flush(from)
		w.run = to
	}
	return to
}

// at is where src[i] stands in dst when all before it is copied.
func (w *speller) at(i int) int { return len(w.dst) + i - w.run }

func (w *speller) value(i, depth int) int {
	if i >= len(w.src) {
		return ^i
	}
	switch c := w.src[i]; {
	case c == '"':
		return w.string(i)
	case c == '{' && depth < w.depth:
		return w.object(i, depth+1)
	case c == '[' && depth < w.depth:
		return w.array(i, depth+1)
	case c == '{' || c == '[':
		return tooDeep
	case c == '-' || isDigit(c):
		return w.number(i)
	}
	return skipValue(w.src, i, depth)
}

func (w *speller) string(i int) int {
	end := skipString(w.src, i)
	if end < 0 || strings.IndexByte(w.src[i:end], '\\') < 0 {
		return end
	}
	w.flush(i + 1)
	w.escapes(w.src[i+1 : end-1])
	w.run = end - 1
	return end
}

// escapes copies the inside of a string with backslashes.
func (w *speller) escapes(s string) {
	for s != "" {
		i := strings.IndexByte(s, '\\')
		if i < 0 {
			w.dst = append(w.dst, s...)
			return
		}
		w.dst = append(w.dst, s[:i]...)
		r, size := unescape(s[i:])
		switch {
		case r < 0:
			w.dst = append(w.dst, s[i:i+size]...)
		case r < 0x80 && special[r]:
			w.dst = appendEscape(w.dst, byte(r))
		default:
			w.dst = append(w.dst, string(r)...)
		}
		s = s[i+size:]
	}
}

func (w *speller) number(i int) int {
	end := skipNumber(w.src, i)
	if end < 0 {
		return end
	}
	raw := w.src[i:end]
	if raw == "-0" { // Ruby's integers have no such zero; its floats do
		w.flush(end)
		w.dst = append(w.dst, ".0"...)
		return end
	}
	if !strings.ContainsAny(raw, ".eE") {
		return end
	}
	var buf [32]byte
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) {
		return end
	}
	if ruby := AppendFloat(buf[:0], f); string(ruby) != raw {
		w.flush(i)
		w.dst = append(w.dst, ruby...)
		w.run = end
	}
	return end
}

func (w *speller) array(i, depth int) int {
	i = w.gap(i+1, skipSpace(w.src, i+1))
	if i < len(w.src) && w.src[i] == ']' {
		return i + 1
	}
	for again := true; again; {
		if i = w.value(i, depth); i < 0 {
			return i
		}
		i, again = w.more(i, ']')
	}
	return i
}

// more is the scanner's, without the space.
func (w *speller) more(i int, closing byte) (next int, again bool) {
	i = w.gap(i, skipSpace(w.src, i))
	if next, again = more(w.src, i, closing); again {
		w.gap(i+1, next)
	}
	return next, again
}

// AppendFloat appends a float as Ruby's Float#to_s spells it. Infinities and NaN
// are null.
func AppendFloat(dst []byte, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(dst, "null"...)
	}
	from := len(dst)
	size := math.Abs(f)
	if size == 0 || size >= 1e-4 && (size < 1e15 || size != math.Trunc(size)) {
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if bytes.IndexByte(dst[from:], '.') < 0 {
			dst = append(dst, '.', '0')
		}
		return dst
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	if bytes.IndexByte(dst[from:], '.') < 0 {
		dst = slices.Insert(dst, from+bytes.IndexByte(dst[from:], 'e'), '.', '0')
	}
	return dst
}
