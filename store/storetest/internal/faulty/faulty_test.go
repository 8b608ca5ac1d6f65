package faulty

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/store/memory"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

// TestOriginalPasses runs storetest as the copies do, on the reference store
// itself. It also ties this test's cached result to all that the copies are
// compiled from.
func TestOriginalPasses(t *testing.T) {
	storetest.Run(t, Harness(func(clock func() time.Time) Store { return memory.New(memory.Options{Clock: clock}) }))
}

// TestEveryFaultIsFound plants each fault in a copy of the reference store and
// runs on it the promise that must find it. Copies without a fault, and those
// that only use a freedom of the contract, must pass everything.
func TestEveryFaultIsFound(t *testing.T) {
	all := faults()
	program, err := build(t.Context(), t.TempDir(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range append([]fault{{name: unspoilt}}, freedoms...) {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			if out, failed := run(t, program, f.name, ""); len(failed) > 0 {
				t.Errorf("storetest fails on a copy without a fault: %q\n%s", failed, out)
			}
		})
	}
	for _, f := range all {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			out, failed := run(t, program, f.name, f.found)
			if !slices.Contains(failed, testName(f.name, f.found)) {
				t.Errorf("%q did not find it; failed: %q\n%s", f.found, failed, out)
			}
		})
	}
	t.Run("the random steps alone find most", func(t *testing.T) {
		t.Parallel()
		randomFinds(t, program, all)
	})
}

// randomFinds counts how many of a third of the faults the random steps find
// without the named promises: some touch what they do not (odd texts,
// listening, sharing).
func randomFinds(t *testing.T, program string, all []fault) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var missed []string
	turns := make(chan struct{}, 2)
	tried := 0
	for i, f := range all {
		if i%3 != 0 {
			continue // they take a while, because a failure is made short
		}
		tried++
		wg.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if _, failed := run(t, program, f.name, "Random steps end as on the reference store"); len(failed) == 0 {
				mu.Lock()
				defer mu.Unlock()
				missed = append(missed, f.name)
			}
		})
	}
	wg.Wait()
	slices.Sort(missed)
	t.Logf("the random steps found %d of %d faults, not: %q", tried-len(missed), tried, missed)
	if len(missed) > tried*2/5 {
		t.Errorf("they found less than three of five")
	}
}

// testName is the full name of a promise's test on a copy.
func testName(fault, promise string) string {
	return "TestCopies/" + dirOf(fault) + "/" + strings.ReplaceAll(promise, " ", "_")
}

var failLine = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// run runs the tests of one copy, one promise or all, and answers which failed.
// A program that dies fails nothing: a fault is found by a test, not by a crash.
func run(t *testing.T, program, fault, promise string) (out string, failed []string) {
	t.Helper()
	pattern := "^TestCopies$/^" + dirOf(fault) + "$"
	if promise != "" {
		for part := range strings.SplitSeq(promise, "/") {
			pattern += "/^" + regexp.QuoteMeta(strings.ReplaceAll(part, " ", "_")) + "$"
		}
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run", pattern, "-test.v", "-test.timeout", "2m")
	cmd.Env = append(os.Environ(), "TASUKI_STORETEST_RUNS=24")
	text, err := cmd.CombinedOutput()
	for _, m := range failLine.FindAllStringSubmatch(string(text), -1) {
		failed = append(failed, m[1])
	}
	if err == nil && !strings.Contains(string(text), "--- PASS: TestCopies/"+dirOf(fault)) {
		t.Errorf("no test ran for %q:\n%s", pattern, text)
	}
	return string(text), failed
}
