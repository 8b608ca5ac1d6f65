package harness

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Table writes a result as Markdown.
func (r *Result) Table(w io.Writer) {
	fmt.Fprintf(w, "### %s\n\n", r.Title)
	if r.Note != "" {
		fmt.Fprintf(w, "%s\n\n", r.Note)
	}
	heads, rule := "| |", "|---|"
	for _, c := range r.Columns {
		heads += " " + c.Head + " |"
		rule += "---:|"
	}
	fmt.Fprintf(w, "%s\n%s\n", heads, rule)
	for i := range r.Rows {
		label := r.Rows[i].Label
		if len(r.Parts) == 0 {
			fmt.Fprintf(w, "| %s |%s\n", label, r.cells(i, ""))
		}
		for n, part := range r.Parts {
			fmt.Fprintf(w, "| %s %s |%s\n", label, part, r.cells(i, fmt.Sprint(n+1)))
		}
	}
	fmt.Fprintf(w, "\n%s\n\n", r.foot())
}

// foot says how often was measured and how calm the machine was.
func (r *Result) foot() string {
	var others []float64
	for _, row := range r.Samples {
		for _, s := range row {
			if s != nil {
				others = append(others, s["others"])
			}
		}
	}
	s := Summarize(others)
	return fmt.Sprintf("Runs: %d. Other processes meanwhile: %s %% of the processors (%s–%s).", r.Runs,
		number(s.Median, 0), number(s.Min, 0), number(s.Max, 0))
}

func (r *Result) cells(row int, part string) string {
	line := ""
	for _, c := range r.Columns {
		c.Key += part
		line += " " + r.cell(row, c) + " |"
	}
	return line
}

func (r *Result) cell(row int, c Column) string {
	s := r.Summary(row, c.Key)
	switch {
	case s.Runs == 0 && r.Failed[row] != nil:
		return "failed"
	case s.Runs == 0:
		return "–"
	case s.Runs == 1 || c.Whole:
		return number(s.Median, c.Digits)
	}
	cell := fmt.Sprintf("**%s** (%s–%s)", number(s.Median, c.Digits), number(s.Min, c.Digits), number(s.Max, c.Digits))
	if r.Failed[row] != nil {
		cell += fmt.Sprintf(" of %d runs", s.Runs)
	}
	return cell
}

// number is a value with its thousands parted by commas.
func number(v float64, digits int) string {
	if math.IsNaN(v) {
		return "–"
	}
	text := strconv.FormatFloat(v, 'f', digits, 64)
	whole, rest, _ := strings.Cut(text, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return sign + whole
}
