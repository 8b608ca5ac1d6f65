package chain

import (
	"mvdan.cc/sh/v3/syntax"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// assign sets variables and arrays.
func (e *expander) assign(all []*syntax.Assign) {
	for _, a := range all {
		switch {
		case a.Name == nil, a.Naked:
		case a.Array != nil:
			e.array(a)
		default:
			e.scalar(a)
		}
	}
}

func (e *expander) scalar(a *syntax.Assign) {
	name, value := a.Name.Value, e.word(a.Value)
	if old, ok := e.variable(name); a.Append && ok {
		value.Value = old + value.Value
	} else if a.Append {
		value.Open = true
	}
	e.state.set(name, value)
}

func (e *expander) array(a *syntax.Assign) {
	name := a.Name.Value
	var all []deploy.Text
	if a.Append {
		all = append(all, e.state.arrays[name]...)
	}
	for _, item := range a.Array.Elems {
		if item.Value != nil && len(all) < mostArgs {
			all = append(all, e.fields(item.Value)...)
		}
	}
	if len(e.state.arrays) < mostArgs {
		e.state.arrays[name] = all[:min(len(all), mostArgs)]
	}
}

// front are the variables that are set in front of a program, for it alone.
func (e *expander) front(assigns []*syntax.Assign) map[string]deploy.Text {
	env := map[string]deploy.Text{}
	for _, a := range assigns {
		if a.Name != nil {
			env[a.Name.Value] = e.word(a.Value)
		}
	}
	return env
}
