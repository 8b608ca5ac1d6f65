package ecs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/ecs"
	"github.com/tasuki-jobs/tasuki/doctor/internal/terraform"
)

// called is what a file of Terraform's makes, a line for each container: its task, its grace, its
// command, whether an init stands in front of it; and what could not be judged.
func called(t *testing.T, file string) string {
	t.Helper()
	p := terraform.Load(terraform.Files{Names: []string{"main.tf"}, Shown: func(name string) string { return name }, Read: func(string) ([]byte, error) { return []byte(file), nil }})
	for name, err := range p.Errors {
		t.Fatalf("%s: %s", name, err)
	}
	tasks, _, troubles := ecs.FromTerraform(p)
	var lines []string
	for _, task := range tasks {
		for _, w := range task.Workloads() {
			lines = append(lines, fmt.Sprintf("%s: %s %s %v init:%d fargate:%v", task.Name, w.ImageName.Value, deploy.Seconds(w.Grace.Time), deploy.Values(w.Words()), w.Init.Line, task.Fargate()))
		}
	}
	for _, trouble := range troubles {
		lines = append(lines, "not judged: "+trouble.Text)
	}
	return strings.Join(lines, "\n")
}

func TestModulesOfRegistriesGiveWhatTheirVersionsSay(t *testing.T) {
	aws := "source = \"terraform-aws-modules/ecs/aws//modules/service\"\n"
	for name, c := range map[string]struct{ file, want string }{
		"the module's own stop timeout":    {aws + "container_definitions = { w = { image = \"i\", command = [\"c\"] } }", "m: i 120 s [c] init:0 fargate:true"},
		"a stop timeout in its first form": {aws + "container_definitions = { w = { image = \"i\", stop_timeout = 60 } }", "m: i 60 s [] init:0 fargate:true"},
		"a stop timeout in its later form": {aws + "container_definitions = { w = { image = \"i\", stopTimeout = 60 } }", "m: i 60 s [] init:0 fargate:true"},
		"ECS Exec brings an init":          {aws + "enable_execute_command = true\ncontainer_definitions = { w = { image = \"i\" } }", "m: i 120 s [] init:3 fargate:true"},
		"ECS Exec for one container":       {aws + "container_definitions = {\n w = { image = \"i\",\n enable_execute_command = true } }", "m: i 120 s [] init:5 fargate:true"},
		"ECS Exec is off":                  {aws + "enable_execute_command = false\ncontainer_definitions = { w = { image = \"i\" } }", "m: i 120 s [] init:0 fargate:true"},
		"an init that is said to be off":   {aws + "enable_execute_command = true\ncontainer_definitions = { w = { image = \"i\", linux_parameters = { initProcessEnabled = false } } }", "m: i 120 s [] init:0 fargate:true"},
		"instances":                        {aws + "launch_type = \"EC2\"\ncontainer_definitions = { w = { image = \"i\" } }", "m: i 120 s [] init:0 fargate:false"},
		"containers that nobody knows":     {aws + "container_definitions = var.c", "not judged: module m comes from terraform-aws-modules/ecs/aws//modules/service, which is not in this repository"},
		"several services": {"source = \"terraform-aws-modules/ecs/aws\"\nservices = { a = { container_definitions = { w = { image = \"i\" } } }, b = { launch_type = \"EC2\", container_definitions = { w = { image = \"j\", stopTimeout = 5 } } } }",
			"m.a: i 120 s [] init:0 fargate:true\nm.b: j 5 s [] init:0 fargate:false"},
		"a cluster alone": {"source = \"terraform-aws-modules/ecs/aws\"\ncluster_name = \"c\"", ""},
		"a service beside a definition of JSON": {"source = \"cloudposse/ecs-alb-service-task/aws\"\ncapacity_provider_strategies = [{ capacity_provider = \"FARGATE_SPOT\" }]\ncontainer_definition_json = jsonencode([{ name = \"w\", image = \"i\", command = [\"c\"], stopTimeout = 40 }])",
			"m: i 40 s [c] init:0 fargate:true"},
		"a service beside another module's definition": {"source = \"cloudposse/ecs-alb-service-task/aws\"\ncontainer_definition_json = module.d.json_map_encoded_list\n}\nmodule \"d\" {\nsource = \"cloudposse/ecs-container-definition/aws\"\ncontainer_name = \"w\"\ncontainer_image = \"i\"\nstop_timeout = 50\ncontainer_definition = { stopTimeout = 70, command = [\"c\"] }",
			"m: i 70 s [c] init:0 fargate:true"},
		"one container by its inputs": {"source = \"umotif-public/ecs-fargate/aws\"\nname_prefix = \"x\"\ncontainer_name = \"w\"\ntask_container_image = \"i\"\ntask_container_command = [\"c\"]\ntask_stop_timeout = 90", "m: i 90 s [c] init:0 fargate:true"},
		"one container without":       {"source = \"umotif-public/ecs-fargate/aws\"\ntask_container_image = \"i\"", "m: i 30 s [] init:0 fargate:true"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := called(t, "module \"m\" {\n"+c.file+"\n}\n"); got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
		})
	}
}
