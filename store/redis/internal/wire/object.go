package wire

import (
	"slices"
	"strings"
)

// An object is where one stands that is read to its end.
type object struct {
	start, end int // in src
	open       int // its brace, in dst when all before it is copied
	base       int // its first member
	depth      int
}

// A member is a field of an object: its quoted name in src, and where it stands in
// dst when all before it is copied.
type member struct {
	name, nameEnd    int
	from, value, end int
}

func (w *speller) object(i, depth int) int {
	if w.jobs && w.foreign[i] {
		w.jobs = false
		defer func() { w.jobs = true }()
	}
	o := object{start: i, open: w.at(i), base: len(w.members), depth: depth}
	i = w.gap(i+1, skipSpace(w.src, i+1))
	if i < len(w.src) && w.src[i] == '}' {
		return i + 1
	}
	for again := true; again; {
		m := member{name: i, from: w.at(i)}
		if m.nameEnd, i = w.name(i); i < 0 {
			return i
		}
		m.value = w.at(i)
		if i = w.value(i, depth); i < 0 {
			return i
		}
		m.end = w.at(i)
		w.members = append(w.members, m)
		i, again = w.more(i, '}')
	}
	if o.end = i; i >= 0 {
		w.finish(o)
	}
	w.members = w.members[:o.base]
	return i
}

// name spells a name and its colon. It answers where the name ends, and where the
// value begins.
func (w *speller) name(i int) (end, value int) {
	end, value = skipName(w.src, i)
	if value < 0 {
		return end, value
	}
	if strings.IndexByte(w.src[i:end], '\\') >= 0 {
		w.escaped = true
		w.string(i)
	}
	colon := w.gap(end, skipSpace(w.src, end))
	return end, w.gap(colon+1, value)
}

func (w *speller) nameOf(m member) string {
	return unquote(w.src[m.name:m.nameEnd])
}

// same says whether a member has the name of another one.
func (w *speller) same(m, other member) bool {
	if !w.escaped {
		return w.src[m.name:m.nameEnd] == w.src[other.name:other.nameEnd]
	}
	return w.nameOf(m) == w.nameOf(other)
}

// finish does what needs a whole object.
func (w *speller) finish(o object) {
	if o.depth <= rubyDepth && w.repeated(w.members[o.base:]) {
		w.flush(o.end)
		w.merge(o)
	}
	if w.jobs {
		w.plain(o)
	}
}

// few is up to how many members comparing each with each is fastest.
const few = 16

func (w *speller) repeated(members []member) bool {
	if len(members) > few {
		return w.repeatedMany(members)
	}
	for k, m := range members {
		for _, other := range members[:k] {
			if w.same(m, other) {
				return true
			}
		}
	}
	return false
}

func (w *speller) repeatedMany(members []member) bool {
	seen := make(map[string]struct{}, len(members))
	for _, m := range members {
		seen[w.nameOf(m)] = struct{}{}
	}
	return len(seen) < len(members)
}

// merge writes an object that is all in dst again, with one member for each name:
// where the first was, with the value of the last.
func (w *speller) merge(o object) {
	members := w.members[o.base:]
	last := make(map[string]member, len(members))
	for _, m := range members {
		last[w.nameOf(m)] = m
	}
	old := slices.Clone(w.dst[o.open:])
	w.dst, w.members = append(w.dst[:o.open], '{'), w.members[:o.base]
	for _, m := range members {
		value, ok := last[w.nameOf(m)]
		if !ok {
			continue
		}
		delete(last, w.nameOf(m))
		if len(w.members) > o.base {
			w.dst = append(w.dst, ',')
		}
		name := old[m.from-o.open : m.value-o.open]
		m.from = len(w.dst)
		w.dst = append(w.dst, name...)
		m.value = len(w.dst)
		w.dst = append(w.dst, old[value.value-o.open:value.end-o.open]...)
		m.end = len(w.dst)
		w.members = append(w.members, m)
	}
	w.dst = append(w.dst, '}')
}
