package live

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Names of fields and traps are a promise to scripts.
func TestThePageNamesEveryFieldAndTrap(t *testing.T) {
	content, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	_, page, _ := strings.Cut(string(content), "## A running worker\n")
	page, _, _ = strings.Cut(page, "\n## ")
	for _, of := range []reflect.Type{reflect.TypeFor[Report](), reflect.TypeFor[Process](), reflect.TypeFor[Finding](), reflect.TypeFor[Unit]()} {
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if name != "" && !strings.Contains(page, "`"+name+"`") {
				t.Errorf("%s of %s is not named", name, of.Name())
			}
		}
	}
	source, err := os.ReadFile("judge.go")
	more, err2 := os.ReadFile("unit.go")
	if source = append(source, more...); err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for _, m := range regexp.MustCompile(`Trap: "([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		if m[1] != "grace" && !strings.Contains(page, "`"+m[1]+"`") {
			t.Errorf("the trap %s is not named", m[1])
		}
	}
}
