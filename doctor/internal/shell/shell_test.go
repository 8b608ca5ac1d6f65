package shell_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/shell"
)

// Each of these ended the program: a stack that is full is nothing to recover from.
func TestWhatIsNestedAMillionTimesIsRefused(t *testing.T) {
	for _, open := range []string{"(", "$(", "{ ", "\"$(", "a[", "<(", "a && ", "a | ", "if\t", "$((a=", "time\t"} {
		if _, err := shell.Parse(strings.Repeat(open, 1_000_000/len(open))); !errors.Is(err, shell.ErrTooLarge) {
			t.Errorf("%q: %v", open, err)
		}
	}
	for _, operator := range []string{"a=", "~", "a**", "a?a:", "- ", "a["} {
		if _, err := shell.Parse("echo $((" + strings.Repeat(operator, 1_000_000/len(operator)) + "a))"); !errors.Is(err, shell.ErrTooLarge) {
			t.Errorf("%q in arithmetic: %v", operator, err)
		}
	}
}

func TestALongScriptOfManyCommandsIsRead(t *testing.T) {
	line := "if [ \"$a\" = b ]; then exec --the-worker \"$@\"; fi\n"
	if _, err := shell.Parse(strings.Repeat(line, 5000)); err != nil {
		t.Error(err)
	}
}

func TestALongTextIsNotSplit(t *testing.T) {
	if _, _, err := shell.Split("sh -c \"" + strings.Repeat("(", 3_000_000) + "worker\""); !errors.Is(err, shell.ErrTooLarge) {
		t.Error(err)
	}
}

func TestATextIsSplitUpToItsFirstOperator(t *testing.T) {
	words, at, err := shell.Split("work 'a b' && more")
	if err != nil || strings.Join(words, "|") != "work|a b" || at != len("work 'a b' ") {
		t.Errorf("%q, %d, %v", words, at, err)
	}
}
