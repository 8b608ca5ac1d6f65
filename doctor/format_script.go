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
	s.recipes = append(s.recipes, scriptFile{name: name, shown: s.repo.Shown(name), kind: kind, calls: script.Calls(script.Pieces(kind, content))})
	return nil
}
