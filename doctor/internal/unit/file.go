package unit

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// An Entry is a KEY=VALUE of a file. A value that lines with a backslash at their end
// continue is one text here, as it is for systemd.
type Entry struct {
	Section, Key string
	Value        string
	Pos          deploy.Pos

	starts []start
}

// A start is where the text of one line begins in a value.
type start struct {
	offset, line int
}

// at is the place of a part of the value that begins at offset.
func (e Entry) at(offset int) deploy.Pos {
	p := deploy.Pos{File: e.Pos.File, Line: e.Pos.Line}
	for _, s := range e.starts {
		if s.offset <= offset {
			p.Line = s.line
		}
	}
	return p
}

// A File is a unit file or a drop-in.
type File struct {
	Name     string // as people type it
	Entries  []Entry
	Sections map[string]int // the lines of their headers; of one that is there twice the last
	Odd      []int          // lines that are neither, which systemd passes
}

// Parse reads a file. Nothing is an error: systemd passes what it does not understand.
func Parse(name string, content []byte) *File {
	f := &File{Name: name, Sections: map[string]int{}}
	section := ""
	for l := range logical(string(content), " ") {
		text := strings.TrimSpace(l.text)
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			section = text[1 : len(text)-1]
			f.Sections[section] = l.first
			continue
		}
		key, value, ok := strings.Cut(l.text, "=")
		if !ok || section == "" {
			f.Odd = append(f.Odd, l.first)
			continue
		}
		offset := len(key) + 1 + len(value) - len(strings.TrimLeft(value, " \t"))
		e := Entry{Section: section, Key: strings.TrimSpace(key), Value: strings.TrimSpace(value), Pos: deploy.Pos{File: name, Line: l.first}}
		if l.last > l.first {
			e.Pos.Last = l.last
		}
		for _, s := range l.starts {
			e.starts = append(e.starts, start{s.offset - offset, s.line})
		}
		f.Entries = append(f.Entries, e)
	}
	return f
}

// A line is one for systemd: of one or many lines of the file.
type line struct {
	text        string
	first, last int
	starts      []start
}

// logical are the lines without comments. A comment between lines that are continued is
// passed, and does not end them. In place of a backslash at a line's end comes glue.
func logical(content, glue string) func(yield func(line) bool) {
	return func(yield func(line) bool) {
		var l line
		open := false
		for i, text := range strings.Split(content, "\n") {
			trimmed := strings.TrimLeft(text, " \t")
			if trimmed != "" && (trimmed[0] == '#' || trimmed[0] == ';') || trimmed == "" && !open {
				continue
			}
			if !open {
				l = line{first: i + 1}
			}
			l.last = i + 1
			l.starts = append(l.starts, start{len(l.text), i + 1})
			body, more := strings.CutSuffix(text, `\`)
			l.text += body
			if open = more; open {
				l.text += glue
				continue
			}
			if !yield(l) {
				return
			}
		}
		if open {
			yield(l)
		}
	}
}
