package top

import (
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/text"
)

// A grid lays cells out in columns, two spaces between them, in lines that are
// never wider than they may be. Columns that find no room at all are left out,
// the last first.
type grid struct {
	columns []column
	rows    [][]cell
}

// A column is at least min wide, and gives way down to that where there is no
// room.
type column struct {
	name  string
	right bool // numbers
	min   int
	fill  bool // takes what the others leave
}

// A cell is plain text and its style, or draws itself as wide as its column is;
// its text then only says how wide it wants to be.
type cell struct {
	text  string
	style string
	draw  func(width int, p paint) string
}

func plainCell(s string) cell { return cell{text: text.Plain(s)} }

func (g *grid) add(cells ...cell) { g.rows = append(g.rows, cells) }

// lines are the head and the rows, at most width columns wide; 0: as wide as
// they want.
func (g *grid) lines(width int, p paint) []string {
	wide := g.widths(width)
	head := make([]cell, len(g.columns))
	for i, c := range g.columns {
		head[i] = cell{text: c.name, style: bold}
	}
	lines := []string{g.line(head, wide, p)}
	for _, row := range g.rows {
		lines = append(lines, g.line(row, wide, p))
	}
	return lines
}

func (g *grid) line(row []cell, wide []int, p paint) string {
	var parts []string
	for i, c := range row[:len(wide)] {
		switch last := i == len(wide)-1; {
		case c.draw != nil:
			parts = append(parts, c.draw(wide[i], p))
		case g.columns[i].right:
			parts = append(parts, p.on(c.style, text.Right(c.text, wide[i])))
		case last:
			parts = append(parts, p.on(c.style, text.Cut(c.text, wide[i])))
		default:
			parts = append(parts, p.on(c.style, text.Left(c.text, wide[i])))
		}
	}
	return strings.TrimRight(strings.Join(parts, "  "), " ")
}

// widths are the columns' widths; fewer than there are columns if the last ones
// find no room.
func (g *grid) widths(width int) []int {
	wide := make([]int, len(g.columns))
	for i, c := range g.columns {
		wide[i] = max(text.Width(c.name), c.min)
		for _, row := range g.rows {
			wide[i] = max(wide[i], text.Width(row[i].text))
		}
	}
	if width <= 0 {
		return wide
	}
	for g.shrink(wide, width) > 0 && len(wide) > 1 {
		wide = wide[:len(wide)-1]
	}
	if i := slices.IndexFunc(g.columns[:len(wide)], func(c column) bool { return c.fill }); i >= 0 {
		wide[i] += max(width-sum(wide), 0)
	}
	wide[0] = min(wide[0], width)
	return wide
}

// shrink takes columns from the widest down to their min until all fit, and
// answers how many columns are missing then.
func (g *grid) shrink(wide []int, width int) (missing int) {
	for missing = sum(wide) - width; missing > 0; missing-- {
		widest := -1
		for i, c := range g.columns[:len(wide)] {
			if c.min > 0 && wide[i] > max(c.min, text.Width(c.name)) && (widest < 0 || wide[i] > wide[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return missing
		}
		wide[widest]--
	}
	return 0
}

func sum(wide []int) int {
	n := 2 * (len(wide) - 1)
	for _, w := range wide {
		n += w
	}
	return n
}
