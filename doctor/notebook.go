package doctor

import "slices"

// A notebook is what is said beside the findings.
type notebook struct{ notes []Note }

func (b *notebook) note(n Note) { b.notes = append(b.notes, n) }

// once notes what is not noted yet.
func (b *notebook) once(n Note) {
	if !slices.Contains(b.notes, n) {
		b.note(n)
	}
}
