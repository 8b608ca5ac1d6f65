package doctor

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/script"
)

// Scripts are read for the commands in them. Those without an ending have to say that a
// shell reads them.
var (
	formatScript = format{name: "script", named: isScript, read: readScript}
	formatBin    = format{name: "script", named: isBin, holds: script.IsShell, read: readScript}
)

func isScript(name string) bool {
	kind, sure := script.KindOf(name)
	return kind != script.None && sure
}
func isBin(name string) bool { kind, sure := script.KindOf(name); return kind != script.None && !sure }

// scriptOf says what kind of script a file is by its name; empty: none.
func scriptOf(name string) script.Kind { kind, _ := script.KindOf(name); return kind }

func readScript(s *site, name string, content []byte) error {
	kind := scriptOf(name)
	calls, passed := script.Bounded(script.Pieces(kind, content))
	if passed > 0 {
		s.note(Note{Pos: Pos{File: s.repo.Shown(name), Line: passed}, Text: "commands from here on were not read: there are too many of them, or in one text", Unread: true})
	}
	s.recipes = append(s.recipes, scriptFile{name: name, shown: s.repo.Shown(name), kind: kind, calls: calls})
	return nil
}
