package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestAFileThatCannotBeReadIsNotedOnce(t *testing.T) {
	for _, name := range []string{"data.json", "data.yml", "Dockerfile", "main.tf"} {
		dir := t.TempDir()
		file := put(t, dir, name, "a\x00b")
		for _, path := range []string{dir, file} {
			r, err := doctor.Check(t.Context(), []string{path}, doctor.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Notes) != 1 || r.Notes[0].Unread != (path == file || name == "Dockerfile") {
				t.Errorf("%s: %+v", name, r.Notes)
			}
		}
	}
}

func TestCommandsThatWereNotReadAreNoted(t *testing.T) {
	content := "all:\n" + strings.Repeat("\ttrue\n", 50_002)
	r, err := doctor.Check(t.Context(), []string{put(t, t.TempDir(), "Makefile", content)}, doctor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Notes) != 1 || !r.Notes[0].Unread || r.Notes[0].Pos.Line != 50_003 {
		t.Errorf("%s", fmt.Sprint(r.Notes))
	}
}
