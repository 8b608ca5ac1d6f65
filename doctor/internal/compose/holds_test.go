package compose

import (
	"bytes"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

func TestAComposeFileIsKnownByItsKeys(t *testing.T) {
	for text, want := range map[string]bool{
		"services:\n  a:\n":                       true,
		"name: x\n\"services\" : {}\n":            true,
		"x: 1\r\n'include':\r\n":                  true,
		"service:\n":                              false,
		"servicesOf: x\n":                         false,
		"  services:\n":                           false,
		"services are many\n":                     false,
		"apiVersion: v1\nservices:\n":             false,
		"a: b\nservices":                          false,
		"\"services\"\n:":                         false,
		"version: '3'\n\nservices:\n  worker: {}": true,
	} {
		if got := Holds([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Test suites have records of what servers answered, of many megabytes.
func TestThirtyMegabytesOfOtherYAMLAreLookedThroughInAQuarterOfASecond(t *testing.T) {
	content := bytes.Repeat([]byte("  body: '{\"services\": \"include\", \"key\": \"value\"}'\n"), 600_000)
	best := stopwatch.Best(3, func() {
		if Holds(content) {
			t.Fatal("it is no compose file")
		}
	})
	if best > 250*time.Millisecond {
		t.Errorf("%d bytes took %v", len(content), best)
	}
}
