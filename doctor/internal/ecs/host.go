package ecs

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// A Host is what a file says of the instances that tasks run on: a script, a cloud-init
// file, user data within Terraform or CloudFormation. It is read by its lines, since it may
// stand within anything.
type Host struct {
	Joins  []deploy.Pos    // where an agent is told its cluster: what else it is told stands there
	Drains []deploy.Pos    // where it is told to heed spot notices
	Stops  []deploy.Figure // where it is told how long containers may take to stop
	Spots  []deploy.Pos    // where instances are spare ones
}

var (
	agentStop  = regexp.MustCompile(`\bECS_CONTAINER_STOP_TIMEOUT\b["']?\s*[=:]\s*["']?([^\s"'\\,;&|>]+)`)
	agentDrain = regexp.MustCompile(`\bECS_ENABLE_SPOT_INSTANCE_DRAINING\b["']?\s*[=:]\s*["']?(\S+)|enable-spot-instance-draining"?\s*=\s*(\S+)`)
	agentJoin  = regexp.MustCompile(`\bECS_CLUSTER\b["']?\s*[=:]|^\s*\[settings\.ecs\]|/etc/ecs/ecs\.config`)
	spare      = []*regexp.Regexp{
		regexp.MustCompile(`(?i)^\s*"?(?:market_?type)"?\s*[=:]\s*"?spot\b`),
		regexp.MustCompile(`^\s*"?(?:spot_price|SpotPrice)"?\s*[=:]\s*(?:[^\s"n]|n[^u]|"[^"\s])`),
		regexp.MustCompile(`^\s*"?(?:on_demand_percentage_above_base_capacity|OnDemandPercentageAboveBaseCapacity)"?\s*[=:]\s*"?\d{1,2}\b"?`),
		regexp.MustCompile(`^\s*resource\s+"aws_spot_(?:fleet|instance)_request"`),
	}
)

// ReadHost reads it.
func ReadHost(file, content string) (h Host) {
	line := 0
	for text := range strings.Lines(content) {
		line++
		pos := deploy.Pos{File: file, Line: line}
		if t := strings.TrimSpace(text); strings.HasPrefix(t, "#") || strings.HasPrefix(t, "//") {
			continue
		}
		if m := agentStop.FindStringSubmatch(text); m != nil {
			h.Stops = append(h.Stops, stopOf(m[1], pos))
		}
		if m := agentDrain.FindStringSubmatch(text); m != nil && !strings.HasPrefix(m[1]+m[2], "false") {
			h.Drains = append(h.Drains, pos)
		}
		if agentJoin.MatchString(text) {
			h.Joins = append(h.Joins, pos)
		}
		for _, s := range spare {
			if s.MatchString(text) {
				h.Spots = append(h.Spots, pos)
			}
		}
	}
	return h
}

// stopOf is the agent's own time: 2m, 90s. What has no unit the agent does not read: its default
// counts then. It gives a second at least.
func stopOf(value string, pos deploy.Pos) deploy.Figure {
	f := deploy.Figure{What: "ECS_CONTAINER_STOP_TIMEOUT of the instances", Pos: pos}
	if d, err := time.ParseDuration(value); err == nil && d != 0 {
		f.Time = max(d, time.Second)
	} else if _, isNumber := strconv.Atoi(value); err == nil || isNumber == nil {
		f.Time, f.What = DefaultGrace, "the agent's default, since it does not read ECS_CONTAINER_STOP_TIMEOUT="+value+" (it wants a unit: 90s)"
	} else {
		f.Open = "is " + strconv.Quote(value) + ", which no file here resolves"
	}
	return f
}

// HoldsHost says whether a file may say something of that.
func HoldsHost(content []byte) bool {
	for _, word := range []string{"ECS_", "ecs.config", "settings.ecs", "pot_price", "SpotPrice", "arket_type", "MarketType", "above_base_capacity", "AboveBaseCapacity", "aws_spot_"} {
		if bytes.Contains(content, []byte(word)) {
			return true
		}
	}
	return false
}

// Add adds what another file says.
func (h *Host) Add(o Host) {
	h.Joins, h.Drains = append(h.Joins, o.Joins...), append(h.Drains, o.Drains...)
	h.Stops, h.Spots = append(h.Stops, o.Stops...), append(h.Spots, o.Spots...)
}

// Least is the shortest time that an agent gives; nothing, if no file says it.
func (h *Host) Least() (least deploy.Figure) {
	for _, f := range h.Stops {
		if least.What == "" || f.Open == "" && (least.Open != "" || f.Time < least.Time) {
			least = f
		}
	}
	return least
}
