package supervise_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// blocks are those of docs/supervise.md in a language.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	page, err := os.ReadFile("../docs/supervise.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, b := range strings.Split(string(page), "```"+language+"\n")[1:] {
		code, _, _ := strings.Cut(b, "```")
		all = append(all, code)
	}
	return all
}

func TestTheDocsShowWhatIsReplayed(t *testing.T) {
	for language, file := range map[string]string{"ruby": "ready.rb", "sql": "release.sql"} {
		shown, err := os.ReadFile(filepath.Join("testdata", "replay", file))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(blocks(t, language), string(shown)) {
			t.Errorf("docs/supervise.md does not show %s as it is tested", file)
		}
	}
}

func TestTheDocsFileForDelayedJobIsTheOneThatIsReplayed(t *testing.T) {
	path := filepath.Join(t.TempDir(), settings.FileName)
	if err := os.WriteFile(path, []byte(blocks(t, "yaml")[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := settings.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Workers != 3 || !slices.Equal(s.Worker.Command, delayedJob) {
		t.Errorf("%d workers of %q, want 3 of %q", s.Workers, s.Worker.Command, delayedJob)
	}
}
