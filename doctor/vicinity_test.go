package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// crowd fills a folder with what has nothing to do with the file that is asked for.
func crowd(t *testing.T, dir string) {
	t.Helper()
	for i := range 40 {
		for _, name := range []string{"a%d.yml", "x/%d/compose.yml", "y/%d/Dockerfile", "z/z%d/z.tf", "bin/b%d.sh", "k/%d.service.d/x.conf", "go/p%d/main.go"} {
			put(t, dir, fmt.Sprintf(name, i), "services:\n  w: {image: x, command: sidekiq}\n")
		}
	}
}

// Each is a file, the first, with what it means beside it; and what is found in it by what the
// others say.
var meant = map[string]struct{ files, want string }{
	"a script and a configuration": {`-- k8s.yaml --
apiVersion: v1
kind: Pod
metadata: {name: w}
spec:
  terminationGracePeriodSeconds: 40
  containers:
  - {name: w, image: example/shop, args: [bundle, exec, sidekiq]}
-- Dockerfile --
FROM ruby:3.4
WORKDIR /app
COPY . /app
ENTRYPOINT ["bin/entry"]
-- bin/entry --
#!/bin/sh
"$@"
-- config/sidekiq.yml --
:timeout: 60
`, "bin/entry:2 D105 k8s.yaml:5 K202"},
	"the Dockerfile of an image by its folder": {`-- k8s.yaml --
apiVersion: v1
kind: Pod
metadata: {name: w}
spec:
  terminationGracePeriodSeconds: 40
  containers:
  - {name: w, image: example/mail}
-- mail/Dockerfile --
FROM ruby:3.4
CMD bundle exec sidekiq
`, "mail/Dockerfile:2 D101"},
	"base, extends, env_file": {`-- compose.prod.yml --
services:
  worker:
    extends: {file: parts/w.yml, service: w}
    env_file: w.env
-- compose.yml --
services:
  worker:
    stop_grace_period: 40s
-- parts/w.yml --
services:
  w:
    image: example/shop
    command: [good_job, start]
-- w.env --
GOOD_JOB_SHUTDOWN_TIMEOUT=60
`, "compose.prod.yml:2 C401"},
	"drop-ins": {`-- shop-w.service --
[Service]
ExecStart=/srv/bin/bundle exec sidekiq
TimeoutStopSec=60
Restart=always
-- shop-w.service.d/b.conf --
[Service]
TimeoutStopSec=10
-- shop-.service.d/a.conf --
[Service]
KillMode=process
`, "shop-.service.d/a.conf:2 S503 shop-w.service.d/b.conf:2 S501"},
	"the unit of a drop-in": {`-- w@mail.service.d/b.conf --
[Service]
TimeoutStopSec=10
-- w@.service --
[Service]
ExecStart=/srv/bin/bundle exec sidekiq
Restart=always
`, "w@mail.service.d/b.conf:2 S501"},
	"a module of Terraform": {`-- main.tf --
resource "aws_ecs_task_definition" "w" {
  family = "w"
  container_definitions = jsonencode([{
    name = "w", image = "example/shop", command = ["bundle", "exec", "sidekiq"], stopTimeout = var.stop
  }])
}
-- variables.tf --
variable "stop" { default = 120 }
-- envs/prod.tfvars --
stop = 10
`, "envs/prod.tfvars:1 E302"},
	"sources of Go": {`-- Dockerfile --
FROM golang:1.26
WORKDIR /src
COPY . .
RUN go build -o /bin/work ./cmd/work
CMD /bin/work
-- go.mod --
module example.com/shop
-- cmd/work/main.go --
package main

import "example.com/shop/internal/jobs"

func main() { jobs.Run() }
-- internal/jobs/jobs.go --
package jobs

import "github.com/hibiken/asynq"

func Run() { asynq.NewServer(nil, asynq.Config{}).Run(nil) }
`, "Dockerfile:5 D101"},
	"a folder that says what it is": {`-- cron.d/shop --
* * * * * deploy cd /srv && bundle exec sidekiq
`, "cron.d/shop:1 S515"},
}

// brief is what was found, without the folder.
func brief(dir string, r *doctor.Report) string {
	var all []string
	for _, f := range r.Findings {
		rel, _ := filepath.Rel(dir, f.Pos.File)
		all = append(all, fmt.Sprintf("%s:%d %s", filepath.ToSlash(rel), f.Pos.Line, f.Rule))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func TestOfAFileWithoutARepositoryOnlyWhatItMeansIsLookedAt(t *testing.T) {
	for name, c := range meant {
		t.Run(name, func(t *testing.T) {
			dir := write(t, c.files)
			crowd(t, dir)
			r, files, folders, err := doctor.Looked(t.Context(), filepath.Join(dir, txtar.Parse([]byte(c.files)).Files[0].Name))
			if err != nil {
				t.Fatal(err)
			}
			if got := brief(dir, r); got != c.want {
				t.Errorf("found %s\nwant %s\n%+v", got, c.want, r.Notes)
			}
			if files > 25 || folders > 8 {
				t.Errorf("%d files were read, %d folders listed", files, folders)
			}
		})
	}
}

// apart are rules' examples in which a file is judged by another that it does not name: a search
// through all files finds that.
var apart = []string{"S516 bad", "S512 bad", "E304 good", "E309 bad", "E310 bad", "E310 good"}

func TestASingleFileIsJudgedWithoutARepositoryAsInOne(t *testing.T) {
	for _, rule := range doctor.Rules() {
		for kind, example := range map[string]string{"bad": rule.Bad, "good": rule.Good} {
			if slices.Contains(apart, rule.ID+" "+kind) {
				continue
			}
			dir := write(t, example)
			for _, f := range txtar.Parse([]byte(example)).Files {
				inside := one(t, dir, f.Name, true, rule.Told)
				if lone := one(t, dir, f.Name, false, rule.Told); lone != inside {
					t.Errorf("%s %s, %s: found %q, in a repository %q", rule.ID, kind, f.Name, lone, inside)
				}
			}
		}
	}
}

// one is what is found in a single file.
func one(t *testing.T, dir, name string, repository bool, o doctor.Options) string {
	t.Helper()
	git := filepath.Join(dir, ".git")
	if err := os.RemoveAll(git); err != nil {
		t.Fatal(err)
	}
	if repository {
		if err := os.Mkdir(git, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r, err := doctor.Check(t.Context(), []string{filepath.Join(dir, name)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return brief(dir, r)
}

func TestAFileWithoutARepositorySaysWhatWasNotSearched(t *testing.T) {
	rule, _ := doctor.RuleOf("E304")
	for _, repository := range []bool{true, false} {
		dir := write(t, rule.Bad)
		if repository {
			put(t, dir, ".git/HEAD", "")
		}
		r, err := doctor.Check(t.Context(), []string{filepath.Join(dir, "task.json")}, rule.Told)
		if err != nil {
			t.Fatal(err)
		}
		said := slices.ContainsFunc(r.Notes, func(n doctor.Note) bool { return strings.Contains(n.Text, "is in no repository") })
		if said == repository {
			t.Errorf("in a repository %v: said %v", repository, said)
		}
	}
}
