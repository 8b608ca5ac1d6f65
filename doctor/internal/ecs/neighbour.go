package ecs

import (
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// Strains says whether another container of the task takes this one with it when it ends, and
// nothing orders their stops.
func (c *Container) Strains(other *Container) bool {
	return c != other && c.Name != other.Name && other.Essential() && !c.DependsOn(other.Name) && !other.DependsOn(c.Name) && !c.logsTo(other)
}

// logsTo says whether the other one takes the container's logs: the agent orders these by
// itself.
func (c *Container) logsTo(other *Container) bool {
	return other.Node.Get("firelensConfiguration").Exists() && c.Node.Get("logConfiguration", "logDriver").Text().Value == "awsfirelens"
}

// DependLines is a dependsOn in the form of the container's file.
func (c *Container) DependLines(other *Container) []string {
	switch c.Task.Form {
	case YAML:
		return []string{"DependsOn:", "  - ContainerName: " + other.Name, "    Condition: START"}
	case HCL:
		return []string{`dependsOn = [{ containerName = "` + other.Name + `", condition = "START" }]`}
	case Manifest:
		return []string{"image:", "  depends_on:", "    " + other.Name + ": start"}
	}
	return []string{`"dependsOn": [{"containerName": "` + other.Name + `", "condition": "START"}],`}
}

// HealthCheck is the container's own; a manifest has it below its image.
func (c *Container) HealthCheck() tree.Node {
	if c.Task.Form == Manifest {
		return c.Node.Get("image", "healthcheck")
	}
	for _, name := range []string{"healthCheck", "health_check"} {
		if n := c.Node.Get(name); n.IsMap() {
			return n
		}
	}
	return tree.Node{}
}

// Patience is how often a health check asks, in seconds, and how often in vain; not ok: there
// is none, or no file says it.
func (c *Container) Patience() (interval, retries int64, ok bool) {
	n := c.HealthCheck()
	if !n.Get("command").Exists() || n.Partly() {
		return 0, 0, false
	}
	interval, okI := seconds(n.Get("interval"), 30)
	if c.Task.Form == Manifest && !n.Get("interval").Exists() {
		interval = 10 // Copilot's own
	}
	retries, okR := seconds(n.Get("retries"), 3)
	if c.Task.Form == Manifest && !n.Get("retries").Exists() {
		retries = 2
	}
	return interval, retries, okI && okR && interval < 3600 && retries < 100 && !disabled(n.Get("command").Texts())
}

// disabled is ["NONE"].
func disabled(words []deploy.Text) bool {
	return len(words) > 0 && strings.EqualFold(words[0].Value, "NONE")
}

// seconds is a number: 10, "10", 10s.
func seconds(n tree.Node, otherwise int64) (int64, bool) {
	if !n.Exists() || n.IsNull() {
		return otherwise, true
	}
	v, ok := n.Int()
	if !ok {
		text := n.Text()
		v, ok = n.Replaced(strings.TrimSuffix(text.Value, "s"), "!!int").Int()
	}
	return v, ok && v >= 0 && !n.IsOpen()
}
