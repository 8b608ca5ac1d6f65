package measure_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/measure"
)

func docs(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/observability.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// row is a metric as the docs have it.
func row(m *measure.Metric) string {
	labels := "–"
	if len(m.Labels) > 0 {
		labels = "`" + strings.Join(m.Labels, "`, `") + "`"
	}
	kind := string(m.Type)
	if m.Type == measure.Total {
		kind = "counter"
	}
	return fmt.Sprintf("| `%s` | `%s` | %s | %s | %s |", m.Prometheus(), m.Name, kind, labels, m.Help)
}

func TestTheDocsHaveExactlyTheMetricsThereAre(t *testing.T) {
	var got, want []string
	for line := range strings.Lines(docs(t)) {
		if strings.HasPrefix(line, "| `tasuki_") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	for _, m := range measure.All {
		want = append(want, row(m))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("docs/observability.md should have these rows:\n%s", strings.Join(want, "\n"))
	}
}

func TestTheDocsHaveTheBuckets(t *testing.T) {
	page := docs(t)
	for _, m := range []*measure.Metric{measure.RunDuration, measure.StopDuration} {
		var bounds []string
		for _, b := range m.Buckets {
			bounds = append(bounds, strconv.FormatFloat(b, 'g', -1, 64))
		}
		if list := strings.Join(bounds, ", "); !strings.Contains(strings.Join(strings.Fields(page), " "), list) {
			t.Errorf("%s: the docs do not say %s", m.Name, list)
		}
	}
}

// What the docs show is what the compiled examples say.
func TestTheCodeInTheDocsIsCompiled(t *testing.T) {
	files, err := filepath.Glob("../../*/example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(src)
	}
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(docs(t), -1)
	if len(blocks) < 3 {
		t.Fatalf("%d blocks of code in the docs", len(blocks))
	}
	for _, b := range blocks {
		for line := range strings.Lines(b[1]) {
			if line = strings.TrimSpace(line); !strings.Contains(code.String(), "\t"+line+"\n") {
				t.Errorf("no example has %q", line)
			}
		}
	}
}

// The sums of the probes: none kills a worker within its stop, or for a pause of a
// minute.
func TestTheProbesInTheDocsLeaveAWorkerItsTime(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(docs(t), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d blocks of YAML, want the pod and the liveness probe", len(blocks))
	}
	const timeout = 25
	if grace := number(t, blocks[0][1], "terminationGracePeriodSeconds"); grace < timeout+5 {
		t.Errorf("the grace is %d s", grace)
	}
	if strings.Contains(blocks[0][1], "liveness") {
		t.Error("a liveness probe is in the recommended pod")
	}
	liveness := blocks[1][1]
	if d := number(t, liveness, "periodSeconds") * number(t, liveness, "failureThreshold"); d < 60 || d < 2*timeout {
		t.Errorf("liveness kills after %d s", d)
	}
	if s := number(t, liveness, "timeoutSeconds"); s < 5 {
		t.Errorf("a probe fails after %d s", s)
	}
	if strings.Contains(liveness, "terminationGracePeriodSeconds") {
		t.Error("the probe has a grace of its own")
	}
}

func number(t *testing.T, yaml, key string) int {
	t.Helper()
	found := regexp.MustCompile(key + `: (\d+)`).FindStringSubmatch(yaml)
	if found == nil {
		t.Fatalf("no %s in\n%s", key, yaml)
	}
	n, _ := strconv.Atoi(found[1])
	return n
}
