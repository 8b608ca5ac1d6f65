package main

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// A ruleLine is a rule as --list has it in JSON.
type ruleLine struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Severity string `json:"severity"`
	Finds    string `json:"finds"`
	Why      string `json:"why"`
	Fix      string `json:"fix"`
}

// list prints all rules.
func (d *doctorCmd) list(c *caller) error {
	var lines []ruleLine
	for _, r := range doctor.Rules() {
		lines = append(lines, ruleLine{r.ID, r.Name, r.Severity.String(), r.Finds, r.Why, r.Fix})
	}
	if c.json || d.Format == "json" {
		return c.printJSON(lines)
	}
	t := &table{columns: []column{{name: "RULE"}, {name: "WORST"}, {name: "NAME"}, {name: "FINDS", give: true}}}
	for _, r := range lines {
		t.add(r.ID, r.Severity, r.Name, r.Finds)
	}
	return t.print(c.out, c.width())
}

// explain prints all about one.
func (d *doctorCmd) explain(c *caller) error {
	r, ok := doctor.RuleOf(strings.ToUpper(d.Explain))
	if !ok {
		return wrong("explaining a rule", "`tasuki doctor --list` has them all", "there is no rule %q", d.Explain)
	}
	return c.printf("%s", r.Markdown())
}
