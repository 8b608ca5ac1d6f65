package doctor

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// mend says what to do about a lost signal, in lines where that is possible.
func (l lost) mend() (fix string, paste []string, edits []Edit) {
	next := l.link.Next
	switch {
	case l.link.Role == chain.Runner:
		return l.unrun()
	case l.link.Role == chain.Switcher:
		return "USER in the Dockerfile, or gosu, su-exec, setpriv: they become what they start", nil, nil
	case l.link.Trap == chain.Pipe:
		return "let the worker write to its output and the platform collect it; in bash: exec WORKER > >(tee FILE)", nil, nil
	case l.link.Trap == chain.WaitOnce, l.link.Trap == chain.TrapExits:
		return "exec the worker; or wait until it has ended, also where a failure ends the script: while kill -0 $pid; do wait $pid || true; done", nil, nil
	case l.link.Trap == chain.TrapForeground:
		return "exec the worker; or start it with &, pass the signal on in the trap, and wait until it has ended: while kill -0 $pid; do wait $pid || true; done", nil, nil
	case l.link.Role == chain.DevRunner:
		return "build the program in the image and start it itself", nil, nil
	case l.link.Trap == chain.Ignores, l.link.Trap == chain.Background, next == "":
		return "start the worker itself, one in each container; or put `tasuki init --` in front of all", nil, nil
	case l.link.Implied && l.inImage():
		return l.array()
	case l.link.More:
		return fmt.Sprintf("start it as the last command, with exec: %s", l.execed()), nil, nil
	}
	return "exec in front of the worker", []string{l.execed()}, l.prefix("exec ")
}

// execed is the command with exec; variables stay in front of it.
func (l lost) execed() string {
	return strings.TrimSpace(l.link.Lead + " exec " + l.link.Next)
}

// plain says whether a shell would make of a string nothing but its words.
func plain(text string) bool { return !strings.ContainsAny(text, "$`*?[]<>|&;(){}~#\n\\\"'!=") }

// list is words as a JSON array, the way people write them.
func list(text string) string {
	words, _ := json.Marshal(strings.Fields(text))
	return strings.ReplaceAll(string(words), `","`, `", "`)
}

// array writes the shell form as an array, or with exec where it needs a shell.
func (l lost) array() (string, []string, []Edit) {
	entry, command := l.Starts()
	c, name := command, "CMD"
	if entry != nil && entry.Form == deploy.Shell {
		c, name = entry, "ENTRYPOINT"
	}
	if c == nil || c.Form != deploy.Shell {
		return "write the command as an array", nil, nil
	}
	name = c.Instruction(name)
	text, next, at := c.Words[len(c.Words)-1].Value, l.link.Next, l.link.Offset
	if l.link.More || l.shellless() && !plain(text) {
		return "write the command as an array, or start the worker as the last command, with exec", nil, nil
	}
	fix := "write it so that no shell stays in front"
	line := name + " " + list(text)
	if strings.TrimSpace(text) != next || !plain(text) || !l.shellless() && (c == entry || !usual(c)) { // an ENTRYPOINT as an array would take arguments that did not count so far
		if at < 0 || at > len(text) || strings.Contains(text, "\n") {
			return fix, []string{l.execed()}, nil
		}
		line = name + " " + text[:at] + "exec " + text[at:]
	}
	if c == entry && command != nil { // an array would take the CMD for its arguments
		return fix, []string{line}, nil
	}
	return fix, []string{line}, []Edit{{File: c.Pos.File, First: c.Pos.Line, Last: max(c.Pos.Last, c.Pos.Line), Lines: []string{line}}}
}

// usual says whether a string is given to the shell that Docker takes by itself. Another one is
// there for something: what it reads at its start.
func usual(c *deploy.Command) bool {
	return len(c.Words) == 3 && c.Words[0].Value == "/bin/sh" && c.Words[1].Value == "-c"
}

// unrun takes npm and its like away.
func (l lost) unrun() (string, []string, []Edit) {
	next := l.link.Next
	if next == "" {
		return "start the program itself, without " + l.link.Name, nil, nil
	}
	fix := "start the program itself: " + next
	if l.link.More {
		return fix + "; and in front of it what package.json has to be run before", nil, nil
	}
	entry, c := l.Starts()
	if npm := strings.HasPrefix(l.link.Name, "npm ") || strings.HasPrefix(l.link.Name, "pnpm "); !npm || !l.inImage() || entry != nil || c == nil || c.Pos.File != l.link.Pos.File || !plain(next) || !strings.HasPrefix(next, "node ") {
		return fix, nil, nil
	}
	said := strings.Join(deploy.Values(c.Words), " ")
	if c.Form == deploy.Shell {
		said = strings.TrimPrefix(c.Words[len(c.Words)-1].Value, "exec ")
	}
	if said != l.link.Name {
		return fix, nil, nil // it has flags of its own, or something in front
	}
	line := c.Instruction("CMD") + " " + list(next)
	return fix, []string{line}, []Edit{{File: c.Pos.File, First: c.Pos.Line, Last: max(c.Pos.Last, c.Pos.Line), Lines: []string{line}}}
}

// prefix puts something in front of the command where it stands.
func (l lost) prefix(text string) []Edit {
	if l.link.Offset < 0 || l.link.Role != chain.Script && strings.ContainsAny(l.link.Next, "\"\\") {
		return nil // a string that its file writes with escapes
	}
	return []Edit{{File: l.link.At.File, First: l.link.At.Line, Last: l.link.At.Line, insert: text, before: l.link.Next}}
}
