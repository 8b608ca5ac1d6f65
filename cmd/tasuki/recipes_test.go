package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// calls are the command lines that docs/supervise.md shows, however they are written
// there: behind a cron line's times, in a unit, in the list of an image or a task.
func calls(t *testing.T) (all [][]string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/supervise.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(page), "```")[1:] {
		for line := range strings.Lines(block) {
			if words := callIn(line); words != nil {
				all = append(all, words)
			}
		}
	}
	return all
}

var (
	listed  = regexp.MustCompile(`\[("/usr/local/bin/tasuki".*?)\]`)
	plainly = regexp.MustCompile(`(?:^|[ =/])tasuki((?: [a-z][a-z-]*)(?: [^#&]*)?)`)
)

func callIn(line string) []string {
	if m := listed.FindStringSubmatch(line); m != nil {
		var words []string
		if json.Unmarshal([]byte("["+m[1]+"]"), &words) == nil {
			return words[1:]
		}
	}
	if m := plainly.FindStringSubmatch(line); m != nil && !strings.HasPrefix(line, "#") {
		return strings.Fields(m[1])
	}
	return nil
}

func TestTheRecipesCallWhatThereIs(t *testing.T) {
	all := calls(t)
	if len(all) < 8 {
		t.Fatalf("only %q", all)
	}
	for _, words := range all {
		parser, err := kong.New(&commandLine{}, kong.Name("tasuki"), kong.Vars{"states": stateList()}, kong.Exit(func(int) {}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.Parse(words); err != nil {
			t.Errorf("tasuki %s: %v", strings.Join(words, " "), err)
		}
	}
}
