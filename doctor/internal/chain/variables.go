package chain

import (
	"path"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// variable is a variable's value, where it is known.
func (e *expander) variable(name string) (string, bool) {
	if n, err := strconv.Atoi(name); err == nil {
		switch {
		case n == 0:
			return e.name0()
		case n < 0 || n > len(e.state.args):
			return "", e.state.args != nil
		}
		return e.state.args[n-1].Value, !e.state.args[n-1].Open
	}
	switch name {
	case "@", "*":
		all := strings.Join(deploy.Values(e.state.args), " ")
		return all, e.state.args != nil && len(all) < longest
	case "BASH_SOURCE":
		return e.name0()
	}
	v, ok := e.lookup(name)
	return v.Value, ok && !v.Open
}

func (e *expander) lookup(name string) (deploy.Text, bool) {
	if v, ok := e.state.vars[name]; ok {
		return v, true
	}
	if e.in.Env != nil {
		return e.in.Env(name)
	}
	return deploy.Text{}, false
}

// name0 is what the script was started as.
func (e *expander) name0() (string, bool) {
	return e.f.name.Value, e.f.name.Value != "" && !e.f.name.Open
}

// dirname is `dirname "$0"`, by which scripts find their neighbours.
func (e *expander) dirname(c *syntax.CmdSubst) (string, bool) {
	if len(c.Stmts) != 1 {
		return "", false
	}
	call, ok := c.Stmts[0].Cmd.(*syntax.CallExpr)
	if !ok || len(call.Args) < 2 || len(call.Args) > 3 {
		return "", false
	}
	value := e.word(call.Args[len(call.Args)-1])
	switch call.Args[0].Lit() {
	case "dirname":
		return path.Dir(value.Value), !value.Open
	case "basename":
		return path.Base(value.Value), !value.Open
	case "readlink", "realpath", "which":
		return value.Value, !value.Open
	case "command":
		return value.Value, !value.Open && call.Args[1].Lit() == "-v"
	case "printf", "echo":
		return value.Value, !value.Open && len(call.Args) == 2
	}
	return "", false
}
