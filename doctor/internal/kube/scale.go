package kube

import (
	"fmt"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// behavior is where a scaler says how fast it goes.
func behavior(o Object) []string {
	if o.Kind == "ScaledObject" {
		return []string{"spec", "advanced", "horizontalPodAutoscalerConfig", "behavior"}
	}
	return []string{"spec", "behavior"}
}

// Brakes says whether a scaler says how fast it takes pods away.
func Brakes(o Object) bool {
	down := o.Node.Get(behavior(o)...).Get("scaleDown")
	return down.Get("stabilizationWindowSeconds").Exists() || down.Get("policies").Exists() || down.Get("selectPolicy").Text().Value == "Disabled"
}

// BrakePlace is where it would.
func BrakePlace(o Object) string {
	path := behavior(o)
	return "in its " + strings.Join(path[:len(path)-1], ".")
}

// Blocks says whether a budget never lets a pod go, and where it says so.
func Blocks(o Object, p *Pod) (at deploy.Pos, text string, ok bool) {
	if n := o.Node.Get("spec", "maxUnavailable"); n.Exists() {
		v := n.Text().Value
		return n.KeyPos(), "maxUnavailable is " + v, v == "0" || v == "0%"
	}
	n := o.Node.Get("spec", "minAvailable")
	if n.Text().Value == "100%" {
		return n.KeyPos(), "minAvailable is 100%", true
	}
	least, isInt := n.Int()
	replicas, known := p.least()
	return n.KeyPos(), fmt.Sprintf("minAvailable is %d, and there are %d", least, replicas), isInt && known && least > 0 && least >= replicas
}

// least is how many pods there may be at the least.
func (p *Pod) least() (int64, bool) {
	scalers := p.Scalers()
	if len(scalers) == 0 {
		n, _, ok := p.Replicas()
		return n, ok
	}
	o := scalers[0] // two of one pod are a mistake that the cluster reports
	for _, key := range []string{"minReplicas", "minReplicaCount"} {
		if n := o.Node.Get("spec", key); n.Exists() {
			return n.Int()
		}
	}
	return 1, o.Kind == "HorizontalPodAutoscaler"
}

// patience are the words by which proxies are told to wait for connections to end.
var patience = []string{"term_timeout", "term-timeout", "max-sigterm-delay", "quitquitquit", "wait-before-exit", "drain-time-s", "drain-timeout"}

// Patient says whether a container waits at a stop for as long as another one needs, or for
// something that nobody here can judge.
func (c *Container) Patient(need time.Duration) bool {
	if hook, ok := c.PreStop(); ok && (hook.Open != "" || hook.Time >= need) {
		return true
	}
	for _, word := range append(c.Get("args").Texts(), c.Get("command").Texts()...) {
		for _, p := range patience {
			if strings.Contains(word.Value, p) {
				return true
			}
		}
	}
	for _, e := range c.Get("env").Items() {
		switch e.Get("name").Text().Value {
		case "CSQL_PROXY_MAX_SIGTERM_DELAY", "EXIT_ON_ZERO_ACTIVE_CONNECTIONS", "TERMINATION_DRAIN_DURATION_SECONDS":
			return true
		}
	}
	return false
}
