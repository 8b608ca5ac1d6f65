package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestAGraceThatAnOperationSetsIsMendedThere(t *testing.T) {
	const base = "-- base/kustomization.yaml --\nresources: [worker.yaml]\n-- base/worker.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: worker\nspec:\n  template:\n    spec:\n      containers:\n" +
		"        - name: sidekiq\n          image: example/shop\n          command: [sidekiq, -t, \"300\"]\n      terminationGracePeriodSeconds: 310\n-- live/kustomization.yaml --\nresources: [../base]\npatches:\n  - target: {kind: Deployment}\n    "
	const path = "/spec/template/spec/terminationGracePeriodSeconds"
	for patch, want := range map[string]string{
		"patch: |-\n      - op: replace\n        path: " + path + "\n        value: 240 # short\n":           "value: 305",
		"path: p.json\n-- live/p.json --\n[{\"op\": \"add\", \"path\": \"" + path + "\", \"value\": 240}]\n": `"value": 305`,
		"path: p.yaml\n-- live/p.yaml --\n- {op: add, path: " + path + ", value: 240}\n":                     "value: 305",
	} {
		dir := write(t, base+patch)
		r, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
		if err != nil || len(r.Findings) != 1 || r.Findings[0].Rule != "K202" || !strings.Contains(r.Findings[0].Fix, "patch") || strings.Join(r.Findings[0].Paste, "\n") != want {
			t.Errorf("%v %+v", err, r.Findings)
			continue
		}
		if left := fix(t, dir, doctor.Options{}).Findings; len(left) > 0 {
			t.Errorf("%s\n%+v", patch, left)
		}
	}
}
