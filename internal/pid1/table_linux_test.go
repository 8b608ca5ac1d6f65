package pid1_test

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what the inits do into the table of docs/init.md")

const manual = "../../docs/init.md"

// A table is that of docs/init.md: "| number | case | tini | dumb-init | ours | why |".
type table struct {
	lines []string
	row   map[int]int // which line has a number
}

func readTable(t *testing.T) *table {
	t.Helper()
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	tab := &table{lines: strings.Split(string(text), "\n"), row: make(map[int]int)}
	for i, line := range tab.lines {
		cells := strings.Split(line, "|")
		if n, err := strconv.Atoi(strings.TrimSpace(cells[min(1, len(cells)-1)])); err == nil && len(cells) == 8 {
			tab.row[n] = i
		}
	}
	return tab
}

// check compares a row with what was seen.
func (tab *table) check(t *testing.T, n int, got [3]string) {
	t.Helper()
	i, ok := tab.row[n]
	if !ok {
		t.Errorf("the table has no row %d: %q", n, got)
		return
	}
	cells := strings.Split(tab.lines[i], "|")
	for j, name := range []string{"tini", "dumb-init", "ours"} {
		if says := strings.TrimSpace(cells[3+j]); says != got[j] && !*update {
			t.Errorf("row %d, %s: the table says %q, seen is %q", n, name, says, got[j])
		}
		cells[3+j] = " " + got[j] + " "
	}
	if why := strings.TrimSpace(cells[6]); why == "" && got[2] != got[0] {
		t.Errorf("row %d does not say why ours differs from tini", n)
	}
	tab.lines[i] = strings.Join(cells, "|")
}

func (tab *table) write(t *testing.T) {
	if !*update || t.Failed() {
		return
	}
	if err := os.WriteFile(manual, []byte(strings.Join(tab.lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}
