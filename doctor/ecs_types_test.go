package doctor_test

import (
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

func TestATypeThatNothingRegistersIsNamedWithItsLine(t *testing.T) {
	for name, c := range map[string]struct {
		files, want string
		line        int
	}{
		"a command in one text":     {"-- t.json --\n{\"containerDefinitions\": [{\"name\": \"w\",\n\"command\": \"sidekiq\"}]}\n", `the command of container w is "sidekiq", and no list`, 2},
		"an entry point, a mapping": {"-- t.json --\n{\"containerDefinitions\": [{\"name\": \"w\",\n\n\"entryPoint\": {}}]}\n", "the entryPoint of container w is a mapping, and no list", 3},
		"a time in words":           {"-- t.json --\n{\"containerDefinitions\": [{\"name\": \"w\",\n\"stopTimeout\": \"ten\"}]}\n", `the stopTimeout of container w is "ten", and no whole number`, 2},
		"containers as a mapping":   {"-- t.json --\n{\"family\": \"w\",\n\"containerDefinitions\": {}}\n", "the containers are a mapping, and no list", 2},
		"a container as a text":     {"-- t.json --\n{\"containerDefinitions\": [\n\"w\"]}\n", `a container is "w", and no mapping`, 2},
		"a template": {"-- t.yaml --\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Name: w\n        Command: sidekiq\n",
			`the command of container w is "sidekiq", and no list`, 7},
		"Terraform": {"-- t.tf --\nresource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name    = \"w\"\n    command = \"sidekiq\"\n  }])\n}\n",
			`the command of container w is "sidekiq", and no list`, 4},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := doctor.Check(t.Context(), []string{write(t, c.files)}, doctor.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0].Text, c.want) || r.Notes[0].Pos.Line != c.line || !r.Notes[0].Unread {
				t.Errorf("%+v", r.Notes)
			}
		})
	}
}

func TestATypeThatOnlyTheDeployGivesIsNoFaultOfTheFile(t *testing.T) {
	for name, files := range map[string]string{
		"a text that is put in": "-- t.json --\n{\"containerDefinitions\": [{\"name\": \"w\", \"command\": \"${COMMAND}\", \"stopTimeout\": \"<STOP>\"}]}\n",
		"a number as a text":    "-- t.json --\n{\"containerDefinitions\": [{\"name\": \"w\", \"command\": [\"web\"], \"stopTimeout\": \"60\"}]}\n",
		"nothing":               "-- t.json --\n{\"containerDefinitions\": [{\"name\": \"w\", \"command\": null, \"entryPoint\": [], \"stopTimeout\": null}]}\n",
		"functions and parameters": "-- t.yaml --\nParameters:\n  C: {Type: CommaDelimitedList}\n  S: {Type: Number}\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n" +
			"      - Name: a\n        Command: !Ref C\n        StopTimeout: !Ref S\n      - Name: b\n        Command: !If [X, [web], !Ref AWS::NoValue]\n        EntryPoint: !Split [' ', !Ref X]\n      - Fn::If: [X, {Name: c}, {Ref: AWS::NoValue}]\n      - !If [X, {Name: d}, !Ref AWS::NoValue]\n" +
			"        \n  U:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions: !If [X, [{Name: e}], [{Name: f}]]\n",
		"variables": "-- t.tf --\nvariable \"c\" {}\nresource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name = \"w\"\n    command = var.c\n    stopTimeout = var.x ? 5 : 6\n    entryPoint = split(\" \", var.c)\n  }, var.other, merge(var.c, {name = \"z\"})])\n}\n",
	} {
		if r := check(t, files, doctor.Options{}); r.Unread() {
			t.Errorf("%s: %+v", name, r.Notes)
		}
	}
}
