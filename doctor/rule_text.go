package doctor

import (
	"fmt"
	"strings"
)

// Markdown is all that a rule says of itself: its part of docs/doctor.md, and the answer to
// --explain.
func (r Rule) Markdown() string {
	b := &strings.Builder{}
	fmt.Fprintf(b, "### %s %s\n\n%s (%s)\n\n%s\n\n**Fix.** %s\n", r.ID, r.Name, r.Finds, r.Severity, r.Why, r.Fix)
	if told := r.Told.flags(); told != "" {
		fmt.Fprintf(b, "\nIn the examples the user says %s.\n", told)
	}
	fmt.Fprintf(b, "\nFound in:\n\n```text\n%s```\n\nNothing to find in:\n\n```text\n%s```\n", r.Bad, r.Good)
	return b.String()
}

// flags are the options as they are typed.
func (o Options) flags() string {
	var all []string
	if o.Timeout > 0 {
		all = append(all, "`--worker-timeout "+o.Timeout.String()+"`")
	}
	if o.LongestJob > 0 {
		all = append(all, "`--longest-job "+o.LongestJob.String()+"`")
	}
	for _, w := range o.Workers {
		all = append(all, "`--worker "+w+"`")
	}
	return strings.Join(all, " ")
}
