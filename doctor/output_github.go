package doctor

import (
	"fmt"
	"io"
	"strings"
)

var githubLevels = map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}

// WriteGitHub writes findings as the commands by which GitHub shows them beside the lines
// of a change (docs.github.com: workflow commands).
func WriteGitHub(w io.Writer, r *Report) error {
	b := &strings.Builder{}
	for _, f := range r.Findings {
		rule, _ := RuleOf(f.Rule)
		fmt.Fprintf(b, "::%s file=%s,line=%d,endLine=%d,title=%s::%s\n", githubLevels[f.Severity], githubProperty(f.Pos.File), max(f.Pos.Line, 1), max(f.Pos.Last, f.Pos.Line, 1),
			githubProperty(f.Rule+" "+rule.Name), githubData(f.prose()))
	}
	for _, n := range r.Notes {
		if n.Unread {
			fmt.Fprintf(b, "::error file=%s,line=%d,title=not read::%s\n", githubProperty(n.Pos.File), max(n.Pos.Line, 1), githubData(n.Text))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// prose is a finding as a paragraph: what is there, what comes of it, what to do.
func (f *Finding) prose() string {
	lines := []string{f.Message + "."}
	if f.Sum != nil {
		lines = append(lines, f.Sum.String())
	}
	if f.Outcome != "" {
		lines = append(lines, "At the next deploy: "+f.Outcome+".")
	}
	lines = append(lines, "Fix: "+f.Fix)
	return strings.Join(append(lines, f.Paste...), "\n")
}

var (
	githubText  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubValue = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func githubData(s string) string     { return githubText.Replace(s) }
func githubProperty(s string) string { return githubValue.Replace(s) }
