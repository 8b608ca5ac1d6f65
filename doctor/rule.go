package doctor

import (
	"cmp"
	"slices"
)

// A Rule looks for one trap.
type Rule struct {
	ID       string   // "D101"
	Name     string   // "shell-form"
	Severity Severity // the worst that it says
	Finds    string   // what it looks for
	Why      string   // what comes of it, and who says so
	Fix      string   // what to do

	// Bad and Good are small repositories, in the form of txtar: the rule finds something in
	// the one, and no rule anything in the other. They are its tests and its documentation.
	Bad, Good string

	// Told is what a user says besides in both.
	Told Options

	check func(s *scene, say func(Finding))
}

// A scene is what all rules look at.
type scene struct {
	works []*work
	site  *site
}

// Rules are all rules, by their names.
func Rules() []Rule {
	var all []Rule
	for _, group := range [][]Rule{imageRules, kubernetesRules, ecsRules, composeRules, scriptRules, systemdRules, supervisorRules, relationRules, ignoreRules} {
		all = append(all, group...)
	}
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// RuleOf is the rule of that ID.
func RuleOf(id string) (Rule, bool) {
	for _, r := range Rules() {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// run asks every rule.
func (s *scene) run() []Finding {
	var all []Finding
	for _, r := range Rules() {
		if r.check == nil {
			continue // site.sort says it
		}
		r.check(s, func(f Finding) {
			f.Rule = r.ID
			if f.Severity == 0 {
				f.Severity = r.Severity
			}
			if f.cause == (Pos{}) {
				f.cause = f.Pos
			}
			all = append(all, f)
		})
	}
	return once(all)
}

// once leaves one finding of each cause, the one that outranks the others, and names the
// others' workloads in it. A cause is a line. What is wrong with the way of a signal and what
// is wrong with a time are two causes though they may stand on one line: the former have
// ranks above 0, the latter below; a rule whose findings have no rank shares no cause.
func once(all []Finding) []Finding {
	type key struct {
		cause Pos
		kind  bool
		rule  string
	}
	at := map[key]int{}
	var kept []Finding
	for _, f := range all {
		k := key{cause: f.cause, kind: f.rank > 0}
		if f.rank == 0 {
			k.rule = f.Rule // it shares its cause with no other rule
		}
		i, ok := at[k]
		if !ok {
			at[k] = len(kept)
			kept = append(kept, f)
			continue
		}
		old := &kept[i]
		if f.outranks(old) {
			f, *old = *old, f
		}
		for _, name := range append(f.Also, f.Workload) {
			if name != old.Workload && name != "" && !slices.Contains(old.Also, name) {
				old.Also = append(old.Also, name)
			}
		}
	}
	slices.SortStableFunc(kept, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Rule, b.Rule))
	})
	return kept
}

func (f *Finding) outranks(old *Finding) bool {
	switch {
	case f.rank != old.rank:
		return f.rank > old.rank
	case f.Severity != old.Severity:
		return f.Severity > old.Severity
	case f.Sum != nil && old.Sum != nil:
		return f.Sum.Lacks() > old.Sum.Lacks()
	}
	return false
}
