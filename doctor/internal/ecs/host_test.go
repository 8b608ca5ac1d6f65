package ecs

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

func TestInstancesAreReadOutOfAnythingThatStartsThem(t *testing.T) {
	for name, c := range map[string]struct {
		text                        string
		joins, drains, stops, spots int
		stop                        float64
	}{
		"a script":            {text: "echo ECS_CLUSTER=a >> /etc/ecs/ecs.config\necho \"ECS_CONTAINER_STOP_TIMEOUT=90s\" >> /etc/ecs/ecs.config\n", joins: 2, stops: 1, stop: 90},
		"cloud-init":          {text: "write_files:\n- content: |\n    ECS_CLUSTER=a\n    ECS_CONTAINER_STOP_TIMEOUT=2m\n    ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n", joins: 1, drains: 1, stops: 1, stop: 120},
		"minutes and seconds": {text: "ECS_CONTAINER_STOP_TIMEOUT=1m30s", stops: 1, stop: 90},
		"no unit":             {text: "ECS_CONTAINER_STOP_TIMEOUT=90", stops: 1, stop: 30},
		"nothing":             {text: "ECS_CONTAINER_STOP_TIMEOUT=0s", stops: 1, stop: 30},
		"less than a second":  {text: "ECS_CONTAINER_STOP_TIMEOUT=20ms", stops: 1, stop: 1},
		"a comment":           {text: "# ECS_CONTAINER_STOP_TIMEOUT=90s\n  # ECS_ENABLE_SPOT_INSTANCE_DRAINING=true"},
		"it is turned off":    {text: "ECS_ENABLE_SPOT_INSTANCE_DRAINING=false"},
		"a variable":          {text: "ECS_ENABLE_SPOT_INSTANCE_DRAINING=${var.drain}", drains: 1},
		"Bottlerocket":        {text: "[settings.ecs]\ncluster = \"a\"\nenable-spot-instance-draining = true\n", joins: 1, drains: 1},
		"Terraform's spot":    {text: "  instance_market_options {\n    market_type = \"spot\"\n  }\n  spot_price = \"0.1\"\n", spots: 2},
		"a mixed group":       {text: "on_demand_percentage_above_base_capacity = 20\nOnDemandPercentageAboveBaseCapacity: 0\n", spots: 2},
		"no spot in it":       {text: "on_demand_percentage_above_base_capacity = 100\n"},
		"a price of nothing":  {text: "spot_price = \"\"\n  spot_price = null\nspot_price = var.price\n", spots: 1},
		"CloudFormation":      {text: "InstanceMarketOptions:\n  MarketType: spot\n\"SpotPrice\": \"0.1\"", spots: 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := ReadHost("f", c.text)
			if len(h.Joins) != c.joins || len(h.Drains) != c.drains || len(h.Stops) != c.stops || len(h.Spots) != c.spots {
				t.Errorf("%+v", h)
			}
			if c.stops > 0 && (h.Least().Time.Seconds() != c.stop || !HoldsHost([]byte(c.text))) {
				t.Errorf("%+v", h.Least())
			}
		})
	}
}

func TestAStringOfAManifestIsSplitAsAShellWould(t *testing.T) {
	for text, want := range map[string]string{`a b`: "a|b", ` a  "b c" `: "a|b c", `a 'b "c'`: `a|b "c`, `a ""`: "a|", ``: ""} {
		if got := strings.Join(deploy.Values(fields(deploy.Text{Value: text})), "|"); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestImagesOfOthersAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]bool{
		"public.ecr.aws/datadog/agent:latest": true, "111.dkr.ecr.eu-west-1.amazonaws.com/datadog-agent:7": true, "nginx:1.27": true, "docker.io/library/redis": true,
		"111.dkr.ecr.eu-west-1.amazonaws.com/shop:1": false, "111.dkr.ecr.eu-west-1.amazonaws.com/redis-worker:1": false, "<IMAGE1_NAME>": false, "${var.image}": false, "example/shop": false,
	} {
		doc, err := tree.JSON("t.json", []byte(`{"image": "`+name+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := (&Container{Task: &Task{}, Node: doc}).Foreign(); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
