package deploy

import (
	"path"
	"strings"
)

// A Mounted file is one that a platform lays over those of an image.
type Mounted struct {
	At   string // its path in the container
	Text Text   // what it holds, and the file that has it
}

// Content is the file with its lines where those of the file are that has it: empty lines
// stand in front. A script's first line stays the first.
func (m Mounted) Content() []byte {
	before, text := max(m.Text.Pos.Line-1, 0), m.Text.Value
	if strings.HasPrefix(text, "#!") {
		first, rest, _ := strings.Cut(text, "\n")
		return []byte(first + strings.Repeat("\n", before+1) + rest)
	}
	return []byte(strings.Repeat("\n", before) + text)
}

// Mounted is the file that a workload's program knows by a name, if one is laid there. Where
// the program's folder is not known, the end of the path has to do.
func (w *Workload) Mounted(name string) (Mounted, bool) {
	dir := w.Dir
	if dir == "" && w.Image != nil {
		dir = w.Image.Workdir
	}
	for _, m := range w.Files {
		at := inDir(dir, name)
		if m.At == at || dir == "" && !path.IsAbs(name) && strings.HasSuffix(m.At, "/"+path.Clean(name)) {
			return m, !m.Text.Open
		}
	}
	return Mounted{}, false
}
