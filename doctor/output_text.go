package doctor

import (
	"fmt"
	"io"
	"strings"
	"unicode"
)

// WriteText writes a report for people: each finding with its place, what the next deploy
// does, and the fix as lines to paste.
func WriteText(w io.Writer, r *Report) error {
	b := &strings.Builder{}
	for _, f := range r.Findings {
		f.text(b)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(b, "%s: %s\n", n.Pos, n.Text)
		if n.Hint != "" {
			fmt.Fprintf(b, "  hint: %s\n", n.Hint)
		}
	}
	if len(r.Notes) > 0 {
		b.WriteByte('\n')
	}
	r.workers(b)
	r.summary(b)
	_, err := io.WriteString(w, strings.Map(printable, b.String()))
	return err
}

// printable takes out what would steer a terminal: files may hold anything.
func printable(r rune) rune {
	if r != '\n' && r != '\t' && !unicode.IsPrint(r) {
		return unicode.ReplacementChar
	}
	return r
}

func (f *Finding) text(b *strings.Builder) {
	fmt.Fprintf(b, "%s: %s %s: %s\n", f.Pos, f.Severity, f.Rule, f.Message)
	if f.Workload != "" {
		fmt.Fprintf(b, "  of      %s\n", strings.Join(append([]string{f.Workload}, f.Also...), "; "))
	}
	if f.Sum != nil {
		fmt.Fprintf(b, "  sum     %s\n", f.Sum)
		for _, fig := range f.Sum.Figures() {
			fmt.Fprintf(b, "          %s\n", fig)
		}
	}
	if f.Outcome != "" {
		fmt.Fprintf(b, "  deploy  %s\n", f.Outcome)
	}
	fmt.Fprintf(b, "  fix     %s\n", f.Fix)
	for _, line := range f.Paste {
		fmt.Fprintf(b, "          %s\n", line)
	}
	b.WriteByte('\n')
}

// workers lists whom the doctor has found, so that nobody takes silence about a worker that
// was not recognised for health.
func (r *Report) workers(b *strings.Builder) {
	for _, w := range r.Workers {
		fmt.Fprintf(b, "%s: %s, %s", w.Pos, w.Kind, w.Name)
		switch {
		case w.Sum == nil:
		case w.Sum.Open() != "":
			fmt.Fprintf(b, ": not known whether its time is enough: %s", w.Sum.Open())
		default:
			fmt.Fprintf(b, ": %s", w.Sum)
		}
		b.WriteByte('\n')
	}
}

func (r *Report) summary(b *strings.Builder) {
	count := map[Severity]int{}
	for _, f := range r.Findings {
		count[f.Severity]++
	}
	fmt.Fprintf(b, "%s, %s: %s, %s, %d info", plural(r.Files, "file"), plural(len(r.Workers), "worker"), plural(count[Error], "error"), plural(count[Warning], "warning"), count[Info])
	if len(r.Ignored) > 0 {
		fmt.Fprintf(b, ", %d ignored", len(r.Ignored))
	}
	b.WriteByte('\n')
}

func plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return fmt.Sprintf("%d %s", n, word)
}
