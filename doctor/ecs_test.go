package doctor_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// fixed applies all fixes and answers a file, and what is found then.
func fixed(t *testing.T, files, name string, o doctor.Options) (content, found string) {
	t.Helper()
	dir := write(t, files)
	r := fix(t, dir, o)
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b), ids(r)
}

func TestAStopTimeoutIsWrittenInTheWayOfItsFile(t *testing.T) {
	for name, c := range map[string]struct{ file, old, want string }{
		"JSON, beside other keys": {"t.json",
			"{\n    \"family\": \"w\",\n    \"containerDefinitions\": [\n        {\n            \"name\": \"w\",\n            \"command\": [\"sidekiq\", \"-t\", \"60\"]\n        }\n    ]\n}\n",
			"            \"stopTimeout\": 65,\n            \"name\": \"w\",\n"},
		"JSON with tabs": {"t.json",
			"{\n\t\"containerDefinitions\": [{\n\t\t\"command\": [\"sidekiq\", \"-t\", \"60\"],\n\t\t\"name\": \"w\"\n\t}]\n}\n",
			"\t\t\"stopTimeout\": 65,\n\t\t\"command\""},
		"JSON on one line": {"t.json",
			`{"family": "f", "containerDefinitions": [{"name": "w", "image": "x", "command": ["sidekiq", "-t", "60"]}]}`,
			`[{"stopTimeout": 65, "name": "w"`},
		"JSON, in its place": {"t.json",
			"{\"containerDefinitions\": [{\"name\": \"w\",\n\"command\": [\"sidekiq\", \"-t\", \"60\"],\n  \"stopTimeout\" : 30 ,\n\"cpu\": 30}]}",
			"\n  \"stopTimeout\" : 65 ,\n"},
		"JSON in which all stands on one line and the number twice": {"t.json",
			`{"containerDefinitions": [{"name": "w", "cpu": 30, "stopTimeout": 30, "command": ["sidekiq", "-t", "60"]}]}`,
			`"cpu": 30, "stopTimeout": 65,`},
		"a template": {"t.yaml",
			"Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Name: w\n        Command: [sidekiq, -t, '60']\n",
			"      - Name: w\n        StopTimeout: 65\n        Command"},
		"a template in JSON's way": {"t.yaml",
			"Resources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions: [{Name: w, Command: [sidekiq, -t, '60']}]\n",
			"[{StopTimeout: 65, Name: w,"},
		"a template's parameter": {"t.yaml",
			"Parameters:\n  Stop:\n    Type: Number\n    Default: 30\nResources:\n  T:\n    Type: AWS::ECS::TaskDefinition\n    Properties:\n      ContainerDefinitions:\n      - Name: w\n        Command: [sidekiq, -t, '60']\n        StopTimeout: !Ref Stop\n",
			"    Default: 65\n"},
		"a template in JSON": {"t.json",
			"{\"Resources\": {\"T\": {\"Type\": \"AWS::ECS::TaskDefinition\", \"Properties\": {\"ContainerDefinitions\": [\n {\n  \"Name\": \"w\",\n  \"Command\": [\"sidekiq\", \"-t\", \"60\"]\n }\n]}}}}",
			"\n  \"StopTimeout\": 65,\n  \"Name\": \"w\","},
		"Terraform, in line with the others": {"t.tf",
			"resource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name    = \"w\"\n    command = [\"sidekiq\", \"-t\", \"60\"]\n  }])\n}\n",
			"    stopTimeout = 65\n    name    ="},
		"Terraform with longer names": {"t.tf",
			"resource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name             = \"w\"\n    logConfiguration = {}\n    command          = [\"sidekiq\", \"-t\", \"60\"]\n  }])\n}\n",
			"    stopTimeout      = 65\n    name             ="},
		"Terraform with colons and commas": {"t.tf",
			"resource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    \"name\" : \"w\",\n    \"command\" : [\"sidekiq\", \"-t\", \"60\"],\n  }])\n}\n",
			"    \"stopTimeout\": 65,\n    \"name\" :"},
		"Terraform, in its place": {"t.tf",
			"resource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name = \"w\"\n    command = [\"sidekiq\", \"-t\", \"60\"]\n    stopTimeout = 30 # s\n  }])\n}\n",
			"    stopTimeout = 65 # s\n"},
		"a text in Terraform": {"t.tf",
			"resource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = <<EOF\n[\n  {\n    \"name\": \"w\",\n    \"image\": \"${var.image}\",\n    \"command\": [\"sidekiq\", \"-t\", \"60\"]\n  }\n]\nEOF\n}\n",
			"    \"stopTimeout\": 65,\n    \"name\": \"w\","},
		"a variable's default": {"t.tf",
			"variable \"stop\" {\n  type    = number\n  default = 30\n}\nresource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name = \"w\"\n    command = [\"sidekiq\", \"-t\", \"60\"]\n    stopTimeout = var.stop\n  }])\n}\n",
			"  default = 65\n"},
		"a manifest": {"copilot/w/manifest.yml",
			"name: w\ntype: Worker Service\nimage:\n  location: x\ncommand: sidekiq -t 60\n",
			"\n\ntaskdef_overrides:\n  - path: ContainerDefinitions[0].StopTimeout\n    value: 65\n"},
		"a manifest's override": {"copilot/w/manifest.yml",
			"name: w\ntype: Worker Service\nimage:\n  location: x\ncommand: sidekiq -t 60\ntaskdef_overrides:\n  - path: ContainerDefinitions[0].StopTimeout\n    value: 30\n",
			"    value: 65\n"},
		"more than Fargate gives": {"t.json",
			"{\"requiresCompatibilities\": [\"FARGATE\"], \"containerDefinitions\": [{\"name\": \"w\",\n\"command\": [\"sidekiq\", \"-t\", \"300\"],\n\"stopTimeout\": 30}]}",
			"\"-t\", \"110\"],\n\"stopTimeout\": 120}"},
		"more than Fargate gives, on one line": {"t.json",
			`{"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "w", "command": ["sidekiq", "-t", "300"], "stopTimeout": 300}]}`,
			`["sidekiq", "-t", "110"], "stopTimeout": 120}`},
	} {
		t.Run(name, func(t *testing.T) {
			content, found := fixed(t, "-- "+c.file+" --\n"+c.old, c.file, doctor.Options{})
			if !strings.Contains(content, c.want) || found != "" {
				t.Errorf("found %q in\n%s", found, content)
			}
		})
	}
}

func TestNothingIsWrittenWhereNobodyKnowsWhereToWriteIt(t *testing.T) {
	for name, files := range map[string]string{
		"a sum":                "-- t.tf --\nresource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([{\n    name = \"w\"\n    command = [\"sidekiq\", \"-t\", \"60\"]\n    stopTimeout = 10 + 20\n  }])\n}\n",
		"a part that is open":  "-- t.tf --\nresource \"aws_ecs_task_definition\" \"w\" {\n  container_definitions = jsonencode([merge(var.x, {\n    name = \"w\"\n    command = [\"sidekiq\", \"-t\", \"60\"]\n  })])\n}\n",
		"instances beyond 120": "-- t.json --\n{\"requiresCompatibilities\": [\"EC2\"], \"containerDefinitions\": [{\"name\": \"w\",\n\"command\": [\"sidekiq\", \"-t\", \"300\"],\n\"stopTimeout\": 30}]}",
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, files, doctor.Options{})
			if len(r.Findings) != 1 || len(r.Findings[0].Edits) != 0 || r.Findings[0].Fix == "" {
				t.Errorf("%+v", r.Findings)
			}
		})
	}
}

// The set-up that one team lost jobs by: a worker that needs more than ECS gives it, behind
// a shell that keeps the stop signal from it.
func TestAWorkerOnECSBehindAShellAndWithTooLittleTimeIsFoundAndFixed(t *testing.T) {
	files := `-- Dockerfile --
FROM ruby:3.3
ENTRYPOINT /bin/sh -c "bundle exec sidekiq -t 60"
-- task.json --
{
  "family": "worker",
  "requiresCompatibilities": ["FARGATE"],
  "containerDefinitions": [
    {
      "name": "sidekiq",
      "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1",
      "stopTimeout": 30
    }
  ]
}
`
	r := check(t, files, doctor.Options{})
	if got := ids(r); got != "D101 E302" {
		t.Fatalf("found %q", got)
	}
	sum := r.Findings[1].Sum.String()
	if !strings.Contains(sum, "60 Sidekiq's -t") || !strings.Contains(sum, "> 30 stopTimeout") {
		t.Errorf("the sum: %s", sum)
	}
	if f := r.Findings[1]; f.Paste[0] != `"stopTimeout": 65,` || filepath.Base(f.Pos.File) != "task.json" || f.Pos.Line != 8 {
		t.Errorf("%+v", f)
	}
	image, found := fixed(t, files, "Dockerfile", doctor.Options{})
	if found != "" || !strings.Contains(image, "exec") && !strings.Contains(image, "[") {
		t.Errorf("then found %q in\n%s", found, image)
	}
}

func TestATaskOnFargateHas120SecondsAtMost(t *testing.T) {
	r := check(t, `-- t.json --
{"requiresCompatibilities": ["FARGATE"], "containerDefinitions": [{"name": "w", "command": ["sidekiq", "-t", "200"], "stopTimeout": 600}]}
`, doctor.Options{})
	if len(r.Findings) != 1 || r.Findings[0].Rule != "E303" || r.Findings[0].Sum.Available().Seconds() != 120 || !strings.Contains(r.Findings[0].Fix, "task protection") {
		t.Errorf("%+v", r.Findings)
	}
}

func TestTheServiceSaysWhetherATaskRunsOnFargate(t *testing.T) {
	task := `resource "aws_ecs_task_definition" "w" {
  requires_compatibilities = ["FARGATE", "EC2"]
  container_definitions = jsonencode([{ name = "w", command = ["sidekiq", "-t", "200"], stopTimeout = 600 }])
}
resource "aws_ecs_service" "w" {
  task_definition = aws_ecs_task_definition.w.arn
  launch_type     = "%"
}
`
	for launch, want := range map[string]string{"EC2": "", "FARGATE": "E303"} {
		if got := ids(check(t, "-- t.tf --\n"+strings.Replace(task, "%", launch, 1), doctor.Options{})); got != want {
			t.Errorf("%s: %q", launch, got)
		}
	}
}

// What is left after all fixes of the whole examples is what a person has to do, and all
// files are still what they were: read without a complaint.
func TestFixesLeaveWholeRepositoriesOfECSInOrder(t *testing.T) {
	names, err := filepath.Glob("testdata/whole/ecs-*.txtar")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d repositories: %v", len(names), err)
	}
	left := map[string]string{ // by repository; the others are clean
		"ecs-cloudformation": "E308", "ecs-copilot": "D109", "ecs-laravel": "E302", "ecs-protected": "E307", "ecs-sam": "E311", "ecs-synth": "E308 E305",
		"ecs-templates": "R701", "ecs-terraform-heredoc": "E307 E302", "ecs-unknown": "R701 R701 R701", "ecs-unprotected": "E304 E302", "ecs-ours": "E309",
	}
	for _, name := range names {
		base := strings.TrimSuffix(filepath.Base(name), ".txtar")
		t.Run(base, func(t *testing.T) {
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			comment, _, _ := strings.Cut(string(content), "\n-- ")
			r := fix(t, write(t, string(content)), told(t, comment))
			if got := ids(r); got != left[base] {
				t.Errorf("left: %q", got)
				for _, f := range r.Findings {
					t.Logf("%s %s: %s", f.Pos, f.Rule, f.Message)
				}
			}
			for _, n := range r.Notes {
				if n.Unread {
					t.Errorf("%s: %s", n.Pos, n.Text)
				}
			}
		})
	}
}
