package ecs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// registered is the task of a definition in JSON.
func registered(t *testing.T, text string) *Task {
	t.Helper()
	doc, err := tree.JSON("t.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	tasks, _ := FromJSON(doc, "t.json")
	if len(tasks) != 1 {
		t.Fatalf("%d tasks", len(tasks))
	}
	return tasks[0]
}

// container is the first of a definition that has one, with these fields.
func container(t *testing.T, fields string) *Container {
	t.Helper()
	return registered(t, `{"family": "f", "containerDefinitions": [{"name": "w", "image": "i", `+fields+`}]}`).Containers[0]
}

// planned is what Terraform makes of a file.
func planned(t *testing.T, file string) ([]*Task, []Service, []Trouble) {
	t.Helper()
	p := terraform.Load(terraform.Files{Names: []string{"main.tf"}, Shown: func(name string) string { return name }, Read: func(string) ([]byte, error) { return []byte(file), nil }})
	for name, err := range p.Errors {
		t.Fatalf("%s: %s", name, err)
	}
	return FromTerraform(p)
}

// opened is the first container of a definition in which var.x is not known.
func opened(t *testing.T, fields string) *Container {
	t.Helper()
	tasks, _, _ := planned(t, "variable \"x\" {}\nresource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode([{ name = \"w\", image = \"i\", "+fields+" }])\n}\n")
	if len(tasks) != 1 || len(tasks[0].Containers) != 1 {
		t.Fatalf("%v", tasks)
	}
	return tasks[0].Containers[0]
}

// copilot is the task of a manifest.
func copilot(t *testing.T, text string) *Task {
	t.Helper()
	docs, err := tree.YAML("manifest.yml", []byte("name: w\ntype: Worker Service\n"+text))
	if err != nil {
		t.Fatal(err)
	}
	return FromManifest(docs[0], tree.Node{})
}

func TestWhereATaskRunsIsWhatItsServicesSay(t *testing.T) {
	for _, c := range []struct {
		name, needs string
		services    []Service
		want        bool
	}{
		{"what it is made for", `["FARGATE"]`, nil, true}, {"in small letters", `["fargate"]`, nil, true}, {"nothing", `[]`, nil, false},
		{"a service", `[]`, []Service{{Launch: "FARGATE"}}, true}, {"a provider", `[]`, []Service{{Providers: []Provider{{Name: "FARGATE_SPOT"}}}}, true},
		{"instances", `["FARGATE"]`, []Service{{Launch: "EC2"}}, false}, {"machines elsewhere", `["FARGATE"]`, []Service{{Launch: "EXTERNAL"}}, false},
		{"a provider of instances", `["FARGATE"]`, []Service{{Providers: []Provider{{Name: "pool"}}}}, false}, {"one of two", `[]`, []Service{{Launch: "EC2"}, {Launch: "FARGATE"}}, true},
	} {
		task := registered(t, `{"family": "f", "requiresCompatibilities": `+c.needs+`, "containerDefinitions": []}`)
		if task.Services = c.services; task.Fargate() != c.want {
			t.Errorf("%s: %v", c.name, task.Fargate())
		}
	}
}

func TestTheGraceOfAContainer(t *testing.T) {
	fargate, agent := []Service{{Launch: "FARGATE"}}, deploy.Figure{What: "agent", Time: 90 * time.Second}
	for _, c := range []struct {
		name, fields string
		services     []Service
		agent        deploy.Figure
		time         time.Duration
		what         string
	}{
		{"its own", `"stopTimeout": 60`, nil, agent, time.Minute, "stopTimeout"}, {"none", `"cpu": 1`, nil, deploy.Figure{}, DefaultGrace, "ECS' default stopTimeout"},
		{"nothing, which is none", `"stopTimeout": 0`, nil, deploy.Figure{}, DefaultGrace, "ECS' default stopTimeout"}, {"null, which is none", `"stopTimeout": null`, nil, deploy.Figure{}, DefaultGrace, "ECS' default stopTimeout"},
		{"the agent's", `"cpu": 1`, nil, agent, 90 * time.Second, "agent"}, {"no agent on Fargate", `"cpu": 1`, fargate, agent, DefaultGrace, "ECS' default stopTimeout"},
		{"the most that Fargate gives", `"stopTimeout": 120`, fargate, agent, MostFargate, "stopTimeout"}, {"more than that", `"stopTimeout": 121`, fargate, agent, MostFargate, "what Fargate gives of a stopTimeout of 121"},
		{"more than that on instances", `"stopTimeout": 600`, nil, agent, 10 * time.Minute, "stopTimeout"},
	} {
		k := container(t, c.fields)
		k.Task.Services, k.Task.Agent = c.services, c.agent
		if got := k.workload().Grace; got.Time != c.time || got.What != c.what || got.Open != "" {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	for _, k := range []*Container{container(t, `"stopTimeout": 99999999999`), container(t, `"stopTimeout": "soon"`), opened(t, "stopTimeout = var.x")} {
		if got := k.workload().Grace; got.Open == "" {
			t.Errorf("%+v", got)
		}
	}
}

func TestWhatNoFileSaysOfAContainerIsNotTakenForNothing(t *testing.T) {
	if opened(t, "essential = var.x").Essential() || !container(t, `"cpu": 1`).Essential() {
		t.Error("essential")
	}
	other := "db"
	for fields, want := range map[string]bool{`dependsOn = [{ containerName = "db" }]`: true, `dependsOn = [{ containerName = "x" }]`: false, `dependsOn = [{ containerName = var.x }]`: true, `dependsOn = var.x`: true,
		`dependsOn = concat([{ containerName = "x" }], var.x)`: true, `dependencies = [{ containerName = "db" }]`: true} {
		if got := opened(t, fields).DependsOn(other); got != want {
			t.Errorf("%s: %v", fields, got)
		}
	}
	for fields, want := range map[string]bool{`environment = [{ name = "A", value = "1" }]`: false, "environment = var.x": true, `environment = concat([{ name = "A", value = "1" }], var.x)`: true,
		"environmentFiles = var.x": true, `environmentFiles = []`: false, "secrets = var.x": true} {
		if got := opened(t, fields).workload().EnvOpen; got != want {
			t.Errorf("%s: %v", fields, got)
		}
	}
	env := container(t, `"environment": [{"name": "A", "value": "1"}, {"name": "B"}]`).workload().Env
	if env["A"].Open || env["A"].Value != "1" || !env["B"].Open {
		t.Errorf("%+v", env)
	}
}

func TestAnEmptyCommandIsTheImagesOwn(t *testing.T) {
	w := container(t, `"command": [], "entryPoint": ["e"]`).workload()
	if w.Command != nil || w.Entry == nil {
		t.Errorf("%+v %+v", w.Entry, w.Command)
	}
}

func TestAStopTimeoutIsCalledAsItsFileCallsTheOthers(t *testing.T) {
	module := "module \"m\" {\n  source = \"terraform-aws-modules/ecs/aws//modules/service\"\n  container_definitions = { w = { image = \"i\", %s } }\n}\n"
	for fields, want := range map[string]string{"readonly_root_filesystem = true": "stop_timeout", "readonlyRootFilesystem = true": "stopTimeout", "cpu = 1": "stopTimeout?"} {
		tasks, _, _ := planned(t, fmt.Sprintf(module, fields))
		name, sure := tasks[0].Containers[0].StopName()
		if !sure {
			name += "?"
		}
		if name != want {
			t.Errorf("%s: %s", fields, name)
		}
	}
}

func TestWhatAClusterSaysIsForServicesThatSayNothing(t *testing.T) {
	cluster := "resource \"aws_ecs_cluster_capacity_providers\" \"%\" {\n  default_capacity_provider_strategy {\n    capacity_provider = \"FARGATE_SPOT\"\n  }\n}\n"
	one, other := strings.Replace(cluster, "%", "a", 1), strings.Replace(cluster, "%", "b", 1)
	for file, want := range map[string]int{
		one + "resource \"aws_ecs_service\" \"s\" {}\n": 1, one + "resource \"aws_ecs_service\" \"s\" {\n  launch_type = \"EC2\"\n}\n": 0, one + other + "resource \"aws_ecs_service\" \"s\" {}\n": 0,
		"resource \"aws_ecs_service\" \"s\" {}\n": 0,
	} {
		_, services, _ := planned(t, file)
		if len(services) != 1 || len(services[0].Providers) != want {
			t.Errorf("%s: %+v", file, services)
		}
	}
}

func TestOnlyWhatRunsSomethingIsNamedAsNotJudged(t *testing.T) {
	for file, want := range map[string]int{
		"resource \"aws_ecs_task_definition\" \"t\" {\n  family = \"f\"\n}\n":                                       0,
		"variable \"x\" {}\nresource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = var.x\n}\n":     1,
		"module \"m\" {\n  source = \"git::https://example.com/terraform-aws-ecs.git//modules/cluster\"\n}\n":       0,
		"module \"m\" {\n  source = \"git::https://example.com/terraform-aws-ecs.git//modules/worker\"\n}\n":        1,
		"resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = jsonencode({ name = \"w\" })\n}\n": 0,
		"resource \"aws_ecs_task_definition\" \"t\" {\n  container_definitions = \"[{\"\n}\n":                       1,
	} {
		if _, _, troubles := planned(t, file); len(troubles) != want {
			t.Errorf("%s: %+v", file, troubles)
		}
	}
}

func TestWhatAManifestSaysOfItsContainer(t *testing.T) {
	for text, want := range map[string]bool{"count: {spot: 2}\n": true, "count: {range: {min: 1, spot_from: 2}}\n": true, "count: {range: {min: 1}}\n": false, "count: 2\n": false} {
		if _, spot := copilot(t, text).Spot(); spot != want {
			t.Errorf("%s: %v", text, spot)
		}
	}
	w := copilot(t, "variables: {A: 1, B: {from_cfn: x}}\n").Containers[0].workload()
	if w.Env["A"].Open || !w.Env["B"].Open || w.EnvOpen || !copilot(t, "env_file: x.env\n").Containers[0].workload().EnvOpen {
		t.Errorf("%+v", w)
	}
	set := copilot(t, "environments:\n  live:\n    taskdef_overrides:\n    - {path: 'ContainerDefinitions[0].StopTimeout', value: 90}\n").Containers[0]
	if got := set.workload().Grace.Time; got != 90*time.Second {
		t.Errorf("%v", got)
	}
	for text, want := range map[string]string{"image: {build: {context: app}}\n": "app/Dockerfile in app", "image: {build: app/Dockerfile.w}\n": "app/Dockerfile.w in app", "image: {build: {dockerfile: d/D, context: .}}\n": "d/D in .", "image: {location: i}\n": " in "} {
		if file, context, _, _ := copilot(t, text).Containers[0].Dockerfile(); file+" in "+context != want {
			t.Errorf("%s: %s in %s", text, file, context)
		}
	}
	first := copilot(t, "image: {depends_on: {db: start}}\n").Containers[0]
	if !first.DependsOn("db") || first.DependsOn("x") {
		t.Error("depends_on")
	}
}

func TestHowLongAHealthCheckIsPatient(t *testing.T) {
	const none = -1
	for _, c := range []struct {
		name     string
		of       *Container
		interval int64
		retries  int64
	}{
		{"ECS' own", container(t, `"healthCheck": {"command": ["CMD", "x"]}`), 30, 3}, {"said", container(t, `"healthCheck": {"command": ["CMD", "x"], "interval": 5, "retries": 2}`), 5, 2},
		{"none", container(t, `"cpu": 1`), none, none}, {"turned off", container(t, `"healthCheck": {"command": ["none"]}`), none, none},
		{"an interval that nobody knows", opened(t, `healthCheck = { command = ["CMD", "x"], interval = var.x }`), none, none}, {"one that makes no sense", container(t, `"healthCheck": {"command": ["CMD", "x"], "interval": -5}`), none, none},
		{"Copilot's own", copilot(t, "image: {healthcheck: {command: [CMD, x]}}\n").Containers[0], 10, 2}, {"a manifest's", copilot(t, "image: {healthcheck: {command: [CMD, x], interval: 20s, retries: 5}}\n").Containers[0], 20, 5},
	} {
		interval, retries, ok := c.of.Patience()
		if !ok {
			interval, retries = none, none
		}
		if interval != c.interval || retries != c.retries {
			t.Errorf("%s: %d %d", c.name, interval, retries)
		}
	}
}

func TestAContainerStrainsAnotherUnlessSomethingOrdersThem(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		want bool
	}{
		"nothing": {`"cpu": 1`, `"cpu": 1`, true}, "it is not essential": {`"cpu": 1`, `"essential": false`, false}, "it depends on it": {`"dependsOn": [{"containerName": "b", "condition": "START"}]`, `"cpu": 1`, false},
		"the other depends on it": {`"cpu": 1`, `"dependsOn": [{"containerName": "a", "condition": "START"}]`, false},
		"it takes its logs":       {`"logConfiguration": {"logDriver": "awsfirelens"}`, `"firelensConfiguration": {"type": "fluentbit"}`, false},
		"it takes others' logs":   {`"logConfiguration": {"logDriver": "awslogs"}`, `"firelensConfiguration": {"type": "fluentbit"}`, true},
	} {
		task := registered(t, `{"family": "f", "containerDefinitions": [{"name": "a", "image": "i", `+c.a+`}, {"name": "b", "image": "i", `+c.b+`}]}`)
		if got := task.Containers[0].Strains(task.Containers[1]); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
