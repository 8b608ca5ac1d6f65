package host

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestTheGraceIsTheBestFigureThatIsKnown(t *testing.T) {
	unit := &Unit{Name: "w.service", StopTimeout: 90 * time.Second, MainPID: 100, NotifyAccess: "main"}
	for _, c := range []struct {
		name    string
		env     []string
		unit    *Unit
		path    []Link
		timeout time.Duration
		level   string
		says    []string
	}{
		{name: "nothing is known", says: []string{"set TASUKI_GRACE"}},
		{name: "what people say", env: []string{"TASUKI_GRACE=30"}, says: []string{"grace=30s", "says=TASUKI_GRACE"}},
		{name: "what people say is too short", env: []string{"TASUKI_GRACE=25s"}, level: "WARN", says: []string{"kills this process before", "lower -t below 25s"}},
		{name: "what people say is no time", env: []string{"TASUKI_GRACE=long"}, level: "WARN", says: []string{"TASUKI_GRACE is no time"}},
		{name: "no time either", env: []string{"TASUKI_GRACE=inf"}, level: "WARN", says: []string{"TASUKI_GRACE is no time"}},
		{name: "Heroku grants 30 s", env: []string{"DYNO=w.1"}, says: []string{"grace=30s", "Heroku"}},
		{name: "and no more", env: []string{"DYNO=w.1", "TASUKI_GRACE=60"}, timeout: 40 * time.Second, level: "WARN", says: []string{"grace=30s", "but=", "lower -t below 30s"}},
		{name: "Cloud Run grants 10 s", env: []string{"K_SERVICE=w"}, level: "WARN", says: []string{"grace=10s", "no more than 10s"}},
		{name: "Fly", env: []string{"FLY_APP_NAME=w"}, level: "WARN", says: []string{"unless more was set", "set kill_timeout above 25s and TASUKI_GRACE to the same"}},
		{name: "Kubernetes, default", env: []string{"KUBERNETES_SERVICE_HOST=1"}, says: []string{"grace=30s", "terminationGracePeriodSeconds is not set"}},
		{name: "Kubernetes, a long drain", env: []string{"KUBERNETES_SERVICE_HOST=1"}, timeout: 5 * time.Minute, level: "WARN",
			says: []string{"unless more was set", "set terminationGracePeriodSeconds above 5m0s and TASUKI_GRACE to the same"}},
		{name: "Kubernetes, set and said", env: []string{"KUBERNETES_SERVICE_HOST=1", "TASUKI_GRACE=330"}, timeout: 5 * time.Minute, says: []string{"grace=5m30s"}},
		{name: "Fargate grants 120 s at most", env: []string{"AWS_EXECUTION_ENV=AWS_ECS_FARGATE", "TASUKI_GRACE=300"}, timeout: 200 * time.Second, level: "WARN",
			says: []string{"grace=2m0s", "no more than 2m0s"}},
		{name: "ECS", env: []string{"ECS_AGENT_URI=x"}, says: []string{"grace=30s", "stopTimeout"}},
		{name: "Railway by its variable", env: []string{"RAILWAY_PROJECT_ID=x", "RAILWAY_DEPLOYMENT_DRAINING_SECONDS=10"}, level: "WARN", says: []string{"grace=10s"}},
		{name: "Railway without", env: []string{"RAILWAY_PROJECT_ID=x"}, says: []string{"not known", "set RAILWAY_DEPLOYMENT_DRAINING_SECONDS above 25s"}},
		{name: "systemd", unit: unit, says: []string{"grace=1m30s", "TimeoutStopSec of w.service"}},
		{name: "systemd is too short", unit: unit, timeout: 2 * time.Minute, level: "WARN", says: []string{"set TimeoutStopSec above 2m0s"}},
		{name: "systemd listens", unit: unit, env: []string{"NOTIFY_SOCKET=/x"}, timeout: 2 * time.Minute, says: []string{"systemd waits for it"}},
		{name: "systemd waits for ever", unit: &Unit{Name: "w.service", StopTimeout: Forever}, timeout: time.Hour, says: []string{"as long as it takes"}},
		{name: "people say more than systemd", unit: unit, env: []string{"TASUKI_GRACE=200"}, timeout: 2 * time.Minute, level: "WARN", says: []string{"grace=1m30s", "TASUKI_GRACE says 3m20s, but it is 1m30s"}},
		{name: "our init ends all before the platform does", env: []string{"TASUKI_GRACE=30"}, path: []Link{seen(1, "tasuki-init w", term)}, timeout: 29500 * time.Millisecond, level: "WARN",
			says: []string{"grace=29s", "tasuki-init, which ends all 1s before the 30s are over", "lower -t below 29s"}},
		{name: "our init leaves enough", env: []string{"TASUKI_GRACE=30"}, path: []Link{seen(1, "tasuki-init w", term)}, says: []string{"grace=29s"}},
		{name: "our init was told by a flag", path: []Link{seen(1, "tasuki init --grace 20 -- w", term)}, level: "WARN", says: []string{"grace=19s", "lower -t below 19s"}},
		{name: "our init knows no grace", env: []string{"KUBERNETES_SERVICE_HOST=1"}, path: []Link{seen(1, "tasuki-init w", term)}, says: []string{"grace=30s"}},
		{name: "our init asks systemd for no time", unit: unit, env: []string{"NOTIFY_SOCKET=/x", "TASUKI_GRACE=60"}, path: []Link{seen(1, "tasuki-init w", term)}, timeout: 2 * time.Minute, level: "WARN", says: []string{"grace=59s"}},
		{name: "foreman inside of Kubernetes", env: []string{"KUBERNETES_SERVICE_HOST=1"}, path: []Link{seen(1, "foreman start", term)}, level: "WARN", says: []string{"grace=5s", "foreman's --timeout"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := inEnv(c.env...)
			s.Root, s.Timeout = t.TempDir(), 25*time.Second
			if c.timeout != 0 {
				s.Timeout = c.timeout
			}
			g, err := s.grace(c.unit, c.path)
			var line bytes.Buffer
			weigh(s.Timeout, g, err).Log(slog.New(slog.NewTextHandler(&line, nil)))
			if c.level == "" {
				c.level = "INFO"
			}
			for _, want := range append(c.says, "level="+c.level) {
				if !strings.Contains(line.String(), want) {
					t.Errorf("%s does not say %q", line.String(), want)
				}
			}
		})
	}
}
