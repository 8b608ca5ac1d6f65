package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// patched is a deployment, w.yaml, with a strategic patch of its pod's spec that stands within a kustomization.
func patched(deployment, spec string) string {
	return deployment + "-- kustomization.yaml --\nresources: [w.yaml]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: w}\n    spec:\n      template:\n        spec:\n" + spec
}

func TestAGraceThatAPatchTakesAwayIsNotWrittenASecondTime(t *testing.T) {
	base := "-- w.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 90\n      containers:\n      - {name: w, image: example/app, command: [sidekiq, -t, \"60\"]}\n"
	r := check(t, patched(base, "          terminationGracePeriodSeconds: null\n"), doctor.Options{})
	if ids(r) != "K201" || len(r.Findings[0].Edits) > 0 {
		t.Errorf("%s: %+v", ids(r), r.Findings)
	}
}

func TestWhatStandsWithinAPatchIsMendedWhereItStands(t *testing.T) {
	base := "-- w.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      containers:\n      - name: w\n        image: example/app\n        command: [sidekiq]\n"
	hook := "          containers:\n          - name: w\n            lifecycle:\n              preStop:\n                sleep: {seconds: 5}\n            tty: true\n          terminationGracePeriodSeconds: 60\n"
	content, found := fixed(t, patched(base, hook), "kustomization.yaml", doctor.Options{})
	if want := strings.Replace(hook, "            lifecycle:\n              preStop:\n                sleep: {seconds: 5}\n", "", 1); found != "" || !strings.HasSuffix(content, want) {
		t.Errorf("%q\n%s", found, content)
	}
	content, found = fixed(t, patched(base, "          terminationGracePeriodSeconds: 5\n"), "kustomization.yaml", doctor.Options{})
	if found != "" || !strings.HasSuffix(content, "        spec:\n          terminationGracePeriodSeconds: 30\n") {
		t.Errorf("%q\n%s", found, content)
	}
}

func TestWhatAnOperationSetsIsNotWrittenInto(t *testing.T) {
	base := "-- w.yaml --\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec:\n  template:\n    spec:\n      terminationGracePeriodSeconds: 60\n      containers:\n      - {name: w, image: example/app, command: [sidekiq]}\n"
	r := check(t, base+"-- kustomization.yaml --\nresources: [w.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/containers/0/lifecycle\n      value:\n        preStop:\n          sleep: {seconds: 5}\n", doctor.Options{})
	if ids(r) != "K205" || len(r.Findings[0].Edits) > 0 {
		t.Errorf("%s: %+v", ids(r), r.Findings)
	}
}
