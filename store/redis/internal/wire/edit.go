package wire

// A Change is what one field shall be.
type Change struct {
	Name string
	// Raw is the value as JSON text; it is written as it is. Empty: the field is
	// taken out.
	Raw string
}

// With is the payload with some fields changed. Fields that it has stay where they
// are, new ones come at the end in the order of the changes; what is not named
// keeps its bytes, and only space between fields goes. Of two changes of one field
// the last counts.
func (p *Payload) With(changes ...Change) string {
	if len(changes) == 0 {
		return p.Text()
	}
	dst, _ := p.append(make([]byte, 0, p.room(changes)), changes, "")
	return textOf(dst)
}

// Append appends what With makes.
func (p *Payload) Append(dst []byte, changes ...Change) []byte {
	if len(changes) == 0 {
		return append(dst, p.Text()...)
	}
	dst, _ = p.append(dst, changes, "")
	return dst
}

// Around is the payload with some fields changed, in two pieces around the value of
// one field that somebody else writes: head + value + tail is the whole. A field
// that the payload has stays in its place, as in Ruby; otherwise, or if a change
// takes it out, it comes last.
func (p *Payload) Around(name string, changes ...Change) (head, tail string) {
	dst, at := p.append(make([]byte, 0, p.room(changes)+len(name)+8), changes, name)
	text := textOf(dst)
	return text[:at], text[at:]
}

// room is about how long the text becomes.
func (p *Payload) room(changes []Change) int {
	n := len(p.text) + 2
	for i := range changes {
		n += len(changes[i].Name) + len(changes[i].Raw) + 8
	}
	return n
}

// append writes the changed payload in one pass, without the value of the field
// named gap, and answers where that value would be. An empty gap is none.
func (p *Payload) append(dst []byte, changes []Change, gap string) ([]byte, int) {
	var few [16]bool
	written := few[:] // which changes
	if len(changes) > len(few) {
		written = make([]bool, len(changes))
	}
	e := edit{dst: append(dst, '{'), start: len(dst) + 1, at: -1}
	for k, f := range p.fields {
		name := p.nameOf(k)
		i := lastOf(changes, name)
		switch {
		case i >= 0 && changes[i].Raw == "": // taken out
		case gap != "" && name == gap:
			e.gap(gap)
		case i < 0:
			e.comma()
			e.dst = append(e.dst, p.text[f.name:f.end]...)
		case !written[i]:
			written[i] = true
			e.field(name, changes[i].Raw)
		}
	}
	for i, c := range changes {
		if c.Raw != "" && !written[i] && i == lastOf(changes, c.Name) && (gap == "" || c.Name != gap) {
			e.field(c.Name, c.Raw)
		}
	}
	if gap != "" {
		e.gap(gap)
	}
	return append(e.dst, '}'), e.at
}

// lastOf answers which change of a field counts; -1: none.
func lastOf(changes []Change, name string) int {
	for i := len(changes) - 1; i >= 0; i-- {
		if changes[i].Name == name {
			return i
		}
	}
	return -1
}

// An edit is a changed payload while it is written.
type edit struct {
	dst   []byte
	start int // where the first field is
	at    int // where the value is that is left out; -1: not there yet
}

func (e *edit) field(name, raw string) {
	e.name(name)
	e.dst = append(e.dst, raw...)
}

// gap writes a field without its value, once.
func (e *edit) gap(name string) {
	if e.at < 0 {
		e.name(name)
		e.at = len(e.dst)
	}
}

func (e *edit) name(name string) {
	e.comma()
	e.dst = append(AppendString(e.dst, name), ':')
}

func (e *edit) comma() {
	if len(e.dst) > e.start {
		e.dst = append(e.dst, ',')
	}
}
