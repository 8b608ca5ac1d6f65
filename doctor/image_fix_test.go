package doctor_test

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// imageFixes are repositories before and after; what is not said of a file afterwards is as it
// was.
var imageFixes = []struct{ name, before, after string }{
	{"a plain command becomes an array",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD bundle exec sidekiq -t 25\n", "-- Dockerfile --\nFROM ruby:3.4\nCMD [\"bundle\", \"exec\", \"sidekiq\", \"-t\", \"25\"]\n"},
	{"a command with a variable gets exec",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD bundle exec sidekiq -t $T\n", "-- Dockerfile --\nFROM ruby:3.4\nCMD exec bundle exec sidekiq -t $T\n"},
	{"the worker gets it, not what is called alike",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD ./sidekiq-setup && sidekiq -v\n", "-- Dockerfile --\nFROM ruby:3.4\nCMD ./sidekiq-setup && exec sidekiq -v\n"},
	{"what a stage says on build stays there",
		"-- Dockerfile --\nFROM ruby:3.4 AS base\nONBUILD CMD bundle exec sidekiq\nFROM base\n", "-- Dockerfile --\nFROM ruby:3.4 AS base\nONBUILD CMD [\"bundle\", \"exec\", \"sidekiq\"]\nFROM base\n"},
	{"with a variable too",
		"-- Dockerfile --\nFROM ruby:3.4 AS base\nONBUILD CMD bundle exec sidekiq -t $T\nFROM base\n", "-- Dockerfile --\nFROM ruby:3.4 AS base\nONBUILD CMD exec bundle exec sidekiq -t $T\nFROM base\n"},
	{"a variable stays in front of exec",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD RAILS_ENV=production bundle exec sidekiq\n", "-- Dockerfile --\nFROM ruby:3.4\nCMD RAILS_ENV=production exec bundle exec sidekiq\n"},
	{"several lines become one",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD bundle exec \\\n    sidekiq\n", "-- Dockerfile --\nFROM ruby:3.4\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\n"},
	{"in an array's string",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sh\", \"-c\", \"rake db:migrate && bundle exec sidekiq\"]\n", "-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sh\", \"-c\", \"rake db:migrate && exec bundle exec sidekiq\"]\n"},
	{"not in a string with escapes",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sh\", \"-c\", \"bundle exec sidekiq -q \\\"low\\\"\"]\n", ""},
	{"not where something follows",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sh\", \"-c\", \"bundle exec sidekiq; echo over\"]\n", ""},
	{"not where it stands twice",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD [\"sh\", \"-c\", \"which sidekiq && sidekiq\"]\n", ""},
	{"an entry point that would take the CMD for its arguments is left",
		"-- Dockerfile --\nFROM ruby:3.4\nENTRYPOINT bundle exec sidekiq\nCMD [\"x\"]\n", ""},
	{"in a script",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/sh\nset -e\nif [ -n \"$X\" ]; then\n  A=1 bundle exec sidekiq \"$X\"\nfi\n",
		"-- run.sh --\n#!/bin/sh\nset -e\nif [ -n \"$X\" ]; then\n  A=1 exec bundle exec sidekiq \"$X\"\nfi\n"},
	{"in a script behind an init",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nENTRYPOINT [\"tini\", \"--\", \"/run.sh\"]\nCMD [\"bundle\", \"exec\", \"sidekiq\"]\n-- run.sh --\n#!/bin/bash\n\"$@\"\n", "-- run.sh --\n#!/bin/bash\nexec \"$@\"\n"},
	{"not in front of the shell's own words",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/bash\nCMD=\"bundle exec sidekiq\"\neval \"$CMD\"\n", ""},
	{"not in front of a function",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/bash\nrun() { \"$@\"; echo over; }\nrun bundle exec sidekiq\n", ""},
	{"not in a function that starts other programs too",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/sh\nrun() {\n  bundle exec \"$@\"\n}\nrun rails db:migrate\nrun sidekiq\n", ""},
	{"not in a function that prints too",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/sh\nrun() {\n  \"$@\"\n}\nrun echo hello\nrun sidekiq\n", ""},
	{"in a function that starts it alone",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY run.sh /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/sh\nmain() {\n  rails db:migrate\n  sidekiq\n}\nmain\n",
		"-- run.sh --\n#!/bin/sh\nmain() {\n  rails db:migrate\n  exec sidekiq\n}\nmain\n"},
	{"not in a file that other scripts read too",
		"-- Dockerfile --\nFROM ruby:3.4\nCOPY . /\nCMD [\"/run.sh\"]\n-- run.sh --\n#!/bin/sh\n. /lib.sh\nmain sidekiq\n-- lib.sh --\nmain() {\n  bundle exec \"$@\"\n}\n", ""},
	{"an entry point in shell form goes on without arguments",
		"-- Dockerfile --\nFROM ruby:3.4\nENTRYPOINT bundle exec sidekiq\n", "-- Dockerfile --\nFROM ruby:3.4\nENTRYPOINT exec bundle exec sidekiq\n"},
	{"another shell than the default one stays",
		"-- Dockerfile --\nFROM ruby:3.4\nSHELL [\"/bin/sh\", \"-lc\"]\nCMD bundle exec sidekiq\n", "-- Dockerfile --\nFROM ruby:3.4\nSHELL [\"/bin/sh\", \"-lc\"]\nCMD exec bundle exec sidekiq\n"},
	{"npm's script does not where others belong to it",
		"-- Dockerfile --\nFROM node:22\nCMD [\"npm\", \"start\"]\n-- package.json --\n{\"dependencies\": {\"bullmq\": \"5\"}, \"scripts\": {\"prestart\": \"prisma migrate deploy\", \"start\": \"node dist/worker.js\"}}\n", ""},
	{"yarn's script does not: its plug'n'play would be missing",
		"-- Dockerfile --\nFROM node:22\nCMD [\"yarn\", \"start\"]\n-- package.json --\n{\"dependencies\": {\"bullmq\": \"5\"}, \"scripts\": {\"start\": \"node dist/worker.js\"}}\n", ""},
	{"bun's script does not: its image may have no node",
		"-- Dockerfile --\nFROM oven/bun\nCMD [\"bun\", \"run\", \"start\"]\n-- package.json --\n{\"dependencies\": {\"bullmq\": \"5\"}, \"scripts\": {\"start\": \"node dist/worker.js\"}}\n", ""},
	{"the signal is not set for others that the image starts",
		"-- Dockerfile --\nFROM ruby:3.4\nCMD [\"puma\"]\n-- k8s.yaml --\napiVersion: v1\nkind: Pod\nmetadata: {name: worker}\nspec:\n  terminationGracePeriodSeconds: 600\n  containers:\n  - {name: worker, image: example/shop, args: [resque-pool]}\n", ""},
	{"npm's script takes its place",
		"-- Dockerfile --\nFROM node:22\nCMD npm run worker\n-- package.json --\n{\"dependencies\": {\"bullmq\": \"5\"}, \"scripts\": {\"worker\": \"node dist/worker.js\"}}\n", "-- Dockerfile --\nFROM node:22\nCMD [\"node\", \"dist/worker.js\"]\n"},
	{"npm's script does not where it needs a shell",
		"-- Dockerfile --\nFROM node:22\nCMD [\"npm\", \"run\", \"worker\"]\n-- package.json --\n{\"dependencies\": {\"bullmq\": \"5\"}, \"scripts\": {\"worker\": \"NODE_ENV=production node dist/worker.js\"}}\n", ""},
	{"the signal is set",
		"-- Dockerfile --\nFROM php:8.3-fpm\nCOPY . /a\nCMD [\"php\", \"/a/artisan\", \"horizon\"]\n", "-- Dockerfile --\nFROM php:8.3-fpm\nCOPY . /a\nSTOPSIGNAL SIGTERM\nCMD [\"php\", \"/a/artisan\", \"horizon\"]\n"},
	{"dumb-init is told to signal its child alone",
		"-- Dockerfile --\nFROM python\nENTRYPOINT [\"/usr/bin/dumb-init\", \"--\"]\nCMD [\"celery\", \"-A\", \"x\", \"worker\"]\n", "-- Dockerfile --\nFROM python\nENTRYPOINT [\"/usr/bin/dumb-init\", \"--single-child\", \"--\"]\nCMD [\"celery\", \"-A\", \"x\", \"worker\"]\n"},
}

func TestAFixOfAnImageWritesWhatAPersonWould(t *testing.T) {
	for _, c := range imageFixes {
		t.Run(c.name, func(t *testing.T) {
			dir := write(t, c.before)
			before, err := doctor.Check(t.Context(), []string{dir}, doctor.Options{})
			if err != nil || len(before.Findings) == 0 {
				t.Fatalf("nothing is found: %v", err)
			}
			after := fix(t, dir, doctor.Options{})
			if c.after != "" && len(after.Findings) > 0 {
				t.Errorf("%s is still found", ids(after))
			}
			want := map[string]string{}
			for _, files := range []string{c.before, c.after} {
				for _, f := range txtar.Parse([]byte(files)).Files {
					want[f.Name] = string(f.Data)
				}
			}
			for name, text := range want {
				if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != text {
					t.Errorf("%s is\n%s\nwant\n%s", name, got, text)
				}
			}
		})
	}
}
