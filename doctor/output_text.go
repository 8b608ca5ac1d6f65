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
		line(b, "%s: %s", n.Pos, n.Text)
		if n.Hint != "" {
			line(b, "  hint: %s", n.Hint)
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

// line writes a line, and one alone: a file's name may hold an end of one, behind which it could
// give CI an order (::error) or say that all is well.
func line(b *strings.Builder, format string, args ...any) {
	b.WriteString(strings.Map(func(r rune) rune {
		if r == '\n' {
			return unicode.ReplacementChar
		}
		return r
	}, fmt.Sprintf(format, args...)))
	b.WriteByte('\n')
}

func (f *Finding) text(b *strings.Builder) {
	line(b, "%s: %s %s: %s", f.Pos, f.Severity, f.Rule, f.Message)
	if f.Workload != "" {
		line(b, "  of      %s", strings.Join(append([]string{f.Workload}, f.Also...), "; "))
	}
	if f.Sum != nil {
		line(b, "  sum     %s", f.Sum)
		for _, fig := range f.Sum.Figures() {
			line(b, "          %s", fig)
		}
	}
	if f.Outcome != "" {
		line(b, "  deploy  %s", f.Outcome)
	}
	line(b, "  fix     %s", f.Fix)
	for _, paste := range f.Paste {
		fmt.Fprintf(b, "          %s\n", paste)
	}
	b.WriteByte('\n')
}

// workers lists whom the doctor has found, so that nobody takes silence about a worker that
// was not recognised for health.
func (r *Report) workers(b *strings.Builder) {
	for _, w := range r.Workers {
		time := ""
		switch {
		case w.Sum == nil:
		case w.Sum.Open() != "":
			time = ": not known whether its time is enough: " + w.Sum.Open()
		default:
			time = ": " + w.Sum.String()
		}
		line(b, "%s: %s, %s%s", w.Pos, w.Kind, w.Name, time)
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
