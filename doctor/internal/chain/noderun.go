package chain

import (
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// script is what node --run is told to run, with what stands behind its dashes.
func script(words []deploy.Text) (args []deploy.Text, ok bool) {
	for i := 1; i < len(words) && strings.HasPrefix(words[i].Value, "-"); i++ {
		switch name, given := strings.CutPrefix(words[i].Value, "--run="); {
		case given:
			args = []deploy.Text{{Value: name, Pos: words[i].Pos, Open: words[i].Open}}
		case words[i].Value == "--run" && i+1 < len(words):
			args = []deploy.Text{words[i+1]}
		default:
			continue
		}
		if at := slices.IndexFunc(words, func(w deploy.Text) bool { return w.Value == "--" }); at > i {
			args = append(args, words[at:]...)
		}
		return args, true
	}
	return nil, false
}

// nodeRuns says whether node is to run a script of package.json, and not a file.
func nodeRuns(words []deploy.Text) bool {
	_, ok := script(words)
	return ok
}

// nodeRun follows node --run NAME into package.json: node gives it to a shell, has no handler for a
// signal, and leaves out what npm runs before and after it (nodejs/node, src/node_task_runner.cc).
func (in Place) nodeRun(c *Chain, words []deploy.Text, depth int) (rest []deploy.Text, ok bool) {
	args, _ := script(words)
	in.runScript(c, order{by: Link{Role: Deaf, Name: "node --run", Pos: words[0].Pos, Trap: Ignores, Offset: -1}, args: args}, depth)
	return nil, false
}
