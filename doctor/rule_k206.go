package doctor

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/kube"
)

var k206 = Rule{
	ID: "K206", Name: "prestop-without-shell", Severity: Error,
	Finds: "A preStop hook that runs a shell or sleep in an image that has neither.",
	Why: `Distroless images and those from scratch hold one program and no other. The hook fails, and the stop signal is sent at
once: what the hook should have waited for has not happened.`,
	Fix: "Use the hook's own sleep (Kubernetes 1.30), or take the hook out.",
	Bad: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: river
        image: gcr.io/distroless/static-debian12
        command: [/worker]
        ports: [{containerPort: 9394}]
        lifecycle:
          preStop:
            exec: {command: [sleep, "5"]}
`,
	Good: `-- worker.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: worker}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 60
      containers:
      - name: river
        image: gcr.io/distroless/static-debian12
        command: [/worker]
        ports: [{containerPort: 9394}]
        lifecycle:
          preStop:
            sleep: {seconds: 5}
`,
	Told: Options{Workers: []string{"worker"}, LongestJob: 30 * time.Second},
	check: func(s *scene, say func(Finding)) {
		for k, c := range s.containers() {
			hook, ok := c.PreStop()
			if !ok || !s.shellless(k, c, hook) {
				continue
			}
			f := Finding{Pos: hook.Pos, Workload: k.Name,
				Message: fmt.Sprintf("preStop runs %s, which this image does not have", hook.Program),
				Outcome: "the hook fails at each stop, and the stop signal comes at once",
				Fix:     "take the hook out"}
			if hook.Idle && hook.Time%time.Second == 0 {
				f.Fix, f.Paste, f.Edits = "let Kubernetes wait by itself (from 1.30 on), or take the hook out", []string{nativeSleep(hook)}, s.sleeps(hook)
			}
			say(f)
		}
	},
}

// shellless says whether a hook runs what its image has not.
func (s *scene) shellless(k *work, c *kube.Container, hook kube.Hook) bool {
	bare := image.Family(c.Image()) == deploy.NoShell
	if k.Image != nil {
		bare = k.Image.Family == deploy.NoShell
	}
	return bare && slices.Contains([]string{"sh", "bash", "ash", "dash", "sleep", "busybox"}, path.Base(hook.Program))
}

func nativeSleep(hook kube.Hook) string {
	return fmt.Sprintf("sleep: {seconds: %s}", wholeSeconds(hook.Time))
}

var execInFlow = regexp.MustCompile(`^exec:\s*\{\s*command:\s*\[[^\]]*\]\s*\}`)

// sleeps writes Kubernetes' own sleep in place of the program.
func (s *scene) sleeps(hook kube.Hook) []Edit {
	exec := hook.Node.Get("exec")
	edits := s.onLine(exec, func(before, from string) (string, bool) {
		m := execInFlow.FindString(from)
		return before + nativeSleep(hook) + from[len(m):], m != ""
	})
	if edits != nil {
		return edits
	}
	first, last, ok := s.block(hook.Node, exec)
	if !ok {
		return nil
	}
	before, _, _ := s.cut(exec)
	return []Edit{{File: exec.KeyPos().File, First: first, Last: last, Lines: []string{strings.Repeat(" ", len(before)) + nativeSleep(hook)}}}
}
