package supervisord

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// An Entry is a KEY=VALUE of a section; its place spans the indented lines that go on with it.
type Entry struct {
	Value string
	Pos   deploy.Pos
}

// A section is one of a file, with the last value of each key.
type section struct {
	name    string
	line    int
	entries map[string]Entry
}

// read takes a file apart as Python's ConfigParser does for Supervisor: keys in any case, "="
// or ":" behind them, comments behind ; and #, values that go on in indented lines.
func read(shown string, content []byte) (all []*section) {
	var last *section
	key := ""
	for i, line := range strings.Split(string(content), "\n") {
		text := uncommented(line)
		switch trimmed := strings.TrimSpace(text); {
		case trimmed == "":
			if strings.TrimSpace(line) == "" {
				key = ""
			}
		case line[0] == ' ' || line[0] == '\t':
			if last != nil && key != "" {
				e := last.entries[key]
				e.Value, e.Pos.Last = e.Value+"\n"+trimmed, i+1
				last.entries[key] = e
			}
		case strings.HasPrefix(trimmed, "[") && strings.HasSuffix(trimmed, "]"):
			last, key = &section{name: trimmed[1 : len(trimmed)-1], line: i + 1, entries: map[string]Entry{}}, ""
			all = append(all, last)
		default:
			at := strings.IndexAny(trimmed, "=:")
			if last == nil || at < 1 {
				key = ""
				continue
			}
			key = strings.ToLower(strings.TrimSpace(trimmed[:at]))
			last.entries[key] = Entry{Value: strings.TrimSpace(trimmed[at+1:]), Pos: deploy.Pos{File: shown, Line: i + 1}}
		}
	}
	return all
}

// uncommented is a line without its comment: ; or # at its start, or behind a blank.
func uncommented(line string) string {
	for i := range len(line) {
		if (line[i] == ';' || line[i] == '#') && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			return line[:i]
		}
	}
	return line
}
