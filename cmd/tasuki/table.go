package main

import (
	"io"
	"strings"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/text"
)

// A table prints rows in columns: two spaces between them, as narrow as their
// widest cell, numbers to the right.
type table struct {
	columns []column
	rows    [][]string
}

// A column's name in capitals heads it.
type column struct {
	name  string
	right bool // numbers
	give  bool // gives way where the terminal is too narrow
}

func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = plain(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// print writes the table, at most width columns wide if width is not 0.
func (t *table) print(w io.Writer, width int) error {
	head := make([]string, len(t.columns))
	for i, c := range t.columns {
		head[i] = c.name
	}
	wide := t.widths(head, width)
	var b strings.Builder
	for _, row := range append([][]string{head}, t.rows...) {
		t.line(&b, row, wide)
	}
	_, err := io.WriteString(w, b.String())
	return wrote(err)
}

func (t *table) line(b *strings.Builder, row []string, wide []int) {
	var line strings.Builder
	for i, cell := range row {
		if t.columns[i].right {
			line.WriteString(text.Right(cell, wide[i]))
		} else {
			line.WriteString(text.Left(cell, wide[i]))
		}
		line.WriteString("  ")
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

// widths are the columns' widths; those that give way share what is missing.
func (t *table) widths(head []string, width int) []int {
	wide := make([]int, len(head))
	sum := 2 * (len(head) - 1)
	for i := range head {
		wide[i] = text.Width(head[i])
		for _, row := range t.rows {
			wide[i] = max(wide[i], text.Width(row[i]))
		}
		sum += wide[i]
	}
	for width > 0 && sum > width {
		widest := -1
		for i, c := range t.columns {
			if c.give && wide[i] > 8 && (widest < 0 || wide[i] > wide[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		wide[widest]--
		sum--
	}
	return wide
}

// plain is s without what would move a terminal's cursor or paint.
func plain(s string) string { return text.Plain(s) }
