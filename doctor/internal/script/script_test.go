package script

import (
	"fmt"
	"strings"
	"testing"
)

// said are the commands of a file, a line each: LINE WORDS.
func said(kind Kind, content string) string {
	b := &strings.Builder{}
	for _, c := range Calls(Pieces(kind, []byte(content))) {
		var words []string
		for _, w := range c.Words {
			words = append(words, w.Value)
		}
		fmt.Fprintf(b, "%d %s\n", c.Line, strings.Join(words, " "))
	}
	return b.String()
}

func TestCommandsAreFoundWhereAShellReadsThem(t *testing.T) {
	for name, c := range map[string]struct {
		kind     Kind
		in, want string
	}{
		"in front of and behind operators": {Shell, "a && b || c; d | e &\n", "1 a\n1 b\n1 c\n1 d\n1 e\n"},
		"in functions, ifs and loops":      {Shell, "f() { a; }\nif b; then\n c\nfi\nfor i in 1; do d; done\n", "1 a\n2 b\n3 c\n5 d\n"},
		"in substitutions":                 {Shell, "x=$(a b)\necho \"`c`\"\n", "1 a b\n2 echo \"`c`\"\n2 c\n"},
		"not in comments":                  {Shell, "# a\nb # c\n", "2 b\n"},
		"not in documents":                 {Shell, "cat <<X\na\nX\ntee f <<'X'\nb\nX\n", "1 cat\n4 tee f\n"},
		"in documents of a shell":          {Shell, "ssh h <<X\na 1\n# b\nc\nX\nbash -s <<'X'\nd\nX\nd\n", "1 ssh h\n2 a 1\n4 c\n6 bash -s\n7 d\n9 d\n"},
		"not in documents of its programs": {Shell, "ssh h cat <<X\na\nX\nbash -c 'cat' <<X\nb\nX\n", "1 ssh h cat\n1 cat\n4 bash -c cat\n4 cat\n"},
		"behind sudo, env and xargs":       {Shell, "sudo -u x A=1 a\nenv B=2 b -c\nps | xargs -r kill -9\ntimeout -k 1 5 c\n", "1 a\n2 b -c\n3 ps\n3 kill -9\n4 c\n"},
		"in strings of shells":             {Shell, "sh -c 'a; b'\nbash -lc \"c $X\"\neval \"d e\"\nsu -c 'f g' user\n", "1 sh -c a; b\n1 a\n1 b\n2 bash -lc \"c $X\"\n2 c $X\n3 eval d e\n3 d e\n4 su -c f g user\n4 f g\n"},
		"in what ssh runs":                 {Shell, "ssh -i k u@h 'cd /x && a' \nssh h b c\n", "1 ssh -i k u@h cd /x && a\n1 cd /x\n1 a\n2 ssh h b c\n2 b c\n"},
		"by the value of a variable":       {Shell, "D=docker\n$D kill x\nN=a-worker\ndocker rm \"$N\"\n", "2 docker kill x\n4 docker rm a-worker\n"},
		"around what is no shell":          {Shell, "a\n{{ if b }}\nc {{ d }}\n<% e %>\n(\nf\n", "1 a\n2 {{ if b }}\n3 c {{ d }}\n6 f\n"},
		"in recipes":                       {Make, "X := docker kill\nall: b\n\t@$(X) w\n\t-a \\\n\t  b\n\tc $$PATH $(Y)\nv = 1\n# d\n", "3 docker kill w\n4 a b\n6 c $PATH ${Y}\n"},
		"in jobs":                          {Workflow, "jobs:\n  a:\n    steps:\n    - run: b ${{ c }}\n    - run: |\n        d\n        # e\n        f\n    - name: echo g\n", "4 b ${EXPRESSION}\n6 d\n8 f\n"},
		"in GitLab's lists":                {Workflow, "a:\n  script:\n    - b\n    - - c\n      - 'd: e'\n  variables: {f: g}\n", "3 b\n4 c\n5 d: e\n"},
		"in Jenkins' strings":              {Jenkins, "sh 'a b'\n// sh 'c'\nsh \"\"\"\n  d ${e}\n\"\"\"\nsh(script: \"f\", x: 1)\necho 'g'\n", "1 a b\n4 d ${e}\n6 f\n"},
		"in recipes of Ruby":               {Ruby, "task :x do\n  execute :sudo, \"a\", '-b'\n  # execute \"c\"\n  run \"d #{e}\"\n  puts 'f'\nend\nafter \"deploy\", \"sidekiq:stop\"\n", "2 a -b\n4 d ${RUBY}\n7 cap sidekiq:stop\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := said(c.kind, c.in); got != c.want {
				t.Errorf("found\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestWhatKillsIsToldFromWhatStops(t *testing.T) {
	for line, want := range map[string]string{
		"docker rm -f a": "docker rm -f", "docker rm -vf a": "docker rm -f", "docker container rm --force a": "docker rm -f", "podman rm -f a": "podman rm -f",
		"docker rm a": "", "docker rmi -f a": "", "docker image rm -f a": "", "docker run --rm -f a": "", "docker volume rm -f a": "",
		"docker kill a": "docker kill", "docker kill -s KILL a": "docker kill", "docker kill --signal=9 a": "docker kill", "docker kill -s TERM a": "", "docker kill --signal=SIGUSR1 a": "",
		"docker stop a": "", "docker stop -t 60 a": "", "docker stop -t 0 a": "docker stop -t 0", "docker restart --time=3 a": "docker restart -t 3", "docker stop -t $T a": "",
		"docker compose down": "", "docker compose down -t 0": "docker compose down -t 0", "docker-compose -f x.yml up -d --timeout 5": "docker-compose up -t 5", "docker compose up -d --timeout 50": "",
		"docker compose kill": "docker compose kill", "docker compose kill -s SIGHUP": "", "docker compose rm -sf a": "", "docker compose logs -t 0": "", "docker compose -p x stop -t1": "docker compose stop -t 1",
		"kill -9 1": "kill -9", "kill -KILL 1": "kill -9", "kill -s SIGKILL 1": "kill -9", "kill -s 9 1": "kill -9", "kill 9": "", "kill -TERM 9": "", "kill -0 9": "", "kill -l 9": "",
		"pkill -9 a": "pkill -9", "pkill -KILL -f a": "pkill -9", "pkill --signal KILL a": "pkill -9", "pkill -f a": "", "killall -9 a": "killall -9", "killall -s TERM a": "",
		"systemctl kill -s KILL a": "systemctl kill -s KILL", "systemctl kill --signal=9 a": "systemctl kill -s KILL", "systemctl kill a": "", "systemctl restart a": "", "systemctl stop a": "",
		"kubectl delete pod a --force": "kubectl delete --force", "kubectl -n x delete po,svc a --grace-period=0 --force": "kubectl delete --grace-period=0", "kubectl delete deploy/a --now": "kubectl delete --now",
		"kubectl delete pod a": "", "kubectl delete pod a --grace-period=60": "", "kubectl delete pvc a --force": "", "kubectl apply --force -f a": "", "kubectl delete --force": "", "kubectl delete -f a.yml --grace-period 1": "kubectl delete --grace-period=1",
		"helm upgrade --install --force a b": "helm upgrade --force", "helm upgrade a b": "", "helm uninstall a": "",
		"nomad job stop -no-shutdown-delay a": "nomad stop -no-shutdown-delay", "nomad job stop a": "", "echo docker kill a": "", "git rm -f a": "",
	} {
		t.Run(line, func(t *testing.T) {
			got := ""
			for _, c := range Calls([]Piece{{Line: 1, Text: line}}) {
				if k, ok := c.Kill(); ok {
					got = k.What
				}
			}
			if got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

func TestFilesAreKnownByTheirNames(t *testing.T) {
	for name, want := range map[string]Kind{
		"a.sh": Shell, "bin/a": Shell, "scripts/x/a": Shell, "a": None, "bin/a.py": None, "src/main": None,
		"Makefile": Make, "x/GNUmakefile": Make, "a.mk": Make, "Jenkinsfile": Jenkins, "ci/Jenkinsfile.deploy": Jenkins,
		".github/workflows/a.yml": Workflow, ".github/dependabot.yml": None, ".gitlab-ci.yml": Workflow, "sub/.gitlab-ci.yml": Workflow, ".circleci/config.yml": Workflow,
		"Capfile": Ruby, "Rakefile": Ruby, "lib/tasks/a.rake": Ruby, "config/deploy.rb": Ruby, "config/deploy/production.rb": Ruby, "app/models/a.rb": None, "lib/capistrano/tasks/a.rb": Ruby,
	} {
		if got, _ := KindOf(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAShellIsKnownByTheFirstLine(t *testing.T) {
	for in, want := range map[string]bool{"#!/bin/sh\n": true, "#!/usr/bin/env bash": true, "#! /usr/bin/env -S bash -e\n": true, "#!/usr/bin/ruby\n": false, "sh\n": false, "": false, "#!": false, "#!/usr/bin/env python # sh\n": false} {
		if got := IsShell([]byte(in)); got != want {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func FuzzCalls(f *testing.F) {
	f.Add("ssh h <<X\nbash -c 'a; sh -c \"b\"'\nX\n")
	f.Add("a:\n\t@$(A) \\\n\nA = $(B)\nB = $(A)\n")
	f.Add("jobs:\n  a:\n    steps:\n    - run: &x |\n        b\n    - run: *x\n")
	f.Add("sh '''a\n'''\n/* x */ sh(script: \"b\")")
	f.Add("task :a do\n execute :b, \"c #{d}\", `e`\nend")
	f.Fuzz(func(t *testing.T, in string) {
		lines := 1 + strings.Count(in, "\n") + strings.Count(in, "\r") + strings.Count(in, "\u0085") + strings.Count(in, "\u2028") + strings.Count(in, "\u2029") // YAML breaks lines at all of these
		for _, kind := range []Kind{Shell, Make, Workflow, Jenkins, Ruby} {
			for _, c := range Calls(Pieces(kind, []byte(in))) {
				c.Kill()
				c.Terms()
				c.Waits()
				if c.Line < 1 || c.Line > lines {
					t.Errorf("%s: line %d of %d: %s", kind, c.Line, lines, c.Text)
				}
			}
		}
	})
}

func TestWhatIsPassedOverIsSaidWithItsLine(t *testing.T) {
	many := strings.Repeat("\ttrue\n", mostOfAll+2)
	steps := "jobs:\n  a:\n    steps:\n" + strings.Repeat("    - x\n", mostNodes) + "    - run: kill -9 1\n"
	for name, c := range map[string]struct {
		kind    Kind
		content string
		want    int
	}{
		"too many commands":          {Make, "all:\n" + many, mostOfAll + 3},
		"as many as are read":        {Make, "all:\n" + many[:len("\ttrue\n")*mostOfAll], 0},
		"a string behind too many":   {Shell, strings.Repeat("true\n", most+1) + "sh -c 'kill -9 1'\n", most + 2},
		"a text that is too long":    {Shell, "true\n" + strings.Repeat("#", 1<<20), 1},
		"a CI file that is too long": {Workflow, steps, mostNodes},
		"a CI file":                  {Workflow, "jobs:\n  a:\n    steps:\n    - run: kill -9 1\n", 0},
	} {
		_, passed := Bounded(Pieces(c.kind, []byte(c.content)))
		if passed != c.want && (c.kind != Workflow || (passed > 0) != (c.want > 0)) {
			t.Errorf("%s: from line %d, want %d", name, passed, c.want)
		}
	}
}
