package host

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The page for users names every trap and every platform that is judged, and no other.
func TestThePageNamesEveryTrap(t *testing.T) {
	page, err := os.ReadFile("../../docs/stopping.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "## The traps")
	table, _, _ = strings.Cut(table, "## The grace")
	var told []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` ").FindAllStringSubmatch(table, -1) {
		told = append(told, m[1])
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"grace"}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`Trap\{Name: "([a-z-]+)"`).FindAllStringSubmatch(string(src), -1) {
			known = append(known, m[1])
		}
	}
	slices.Sort(known)
	slices.Sort(told)
	if known = slices.Compact(known); !slices.Equal(known, told) {
		t.Errorf("the page names\n%q, there are\n%q", told, known)
	}
}

func TestThePageHasTheGraceOfEveryPlatform(t *testing.T) {
	page, err := os.ReadFile("../../docs/stopping.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range platforms {
		name, _, _ := strings.Cut(p.name, " on ")
		if !slices.ContainsFunc(strings.Split(string(page), "\n"), func(row string) bool {
			cells := strings.Split(row, "|")
			return len(cells) == 6 && strings.Contains(cells[1], name) && saysSeconds(cells[2], p.grace) && saysSeconds(cells[2]+cells[3], p.most)
		}) {
			t.Errorf("the page has no row for %s, %v, at most %v", p.name, p.grace, p.most)
		}
	}
}

func saysSeconds(cell string, d time.Duration) bool {
	return d == 0 || strings.Contains(cell, fmt.Sprintf(" %d s ", int(d.Seconds())))
}
