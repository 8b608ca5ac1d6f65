//go:build unix

package chain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

// nasty are scripts that grow, or call themselves.
var nasty = []string{
	strings.Repeat("a=$a$a$a\n", 200) + "$a",
	"set -- x\n" + strings.Repeat("set -- \"$@\" \"$@\"\n", 60) + "\"$@\"",
	"f() { f; f; }; f", "f() { g; g; g; }; g() { f; f; }; f",
	"exec ./entry.sh \"$@\"", "./entry.sh; ./entry.sh; ./entry.sh", ". ./entry.sh; . ./entry.sh", "eval \"$0\"; eval 'eval worker'",
	"A=(x)\n" + strings.Repeat("A+=(\"${A[@]}\" \"${A[@]}\")\n", 60) + "\"${A[@]}\"",
	strings.Repeat("(", 5000), strings.Repeat("if a; then ", 3000), strings.Repeat("a && ", 5000) + "worker",
	strings.Repeat("$(", 3000) + "x", strings.Repeat("case a in *) ", 2000), "trap 'trap \"trap x TERM\" TERM' TERM; worker & wait",
	"npm run a; npm run a", strings.Repeat("f() { ", 1000), "case $1 in [[:foo:]]) worker;; *[!a-) worker;; esac", "${x:=${y:=${x}}}",
	strings.Repeat("worker & wait $!\n", 3000), strings.Repeat("if [ $x ]; then a=1; fi\n", 8000),
}

func FuzzAnyScriptIsFollowedToAnEnd(f *testing.F) {
	for _, c := range scriptCases {
		f.Add(c.script)
	}
	for _, s := range append(nasty, stringCases...) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		files := map[string]string{"entry.sh": "#!/bin/sh\n" + script, "./entry.sh": "#!/bin/sh\n" + script, "package.json#a": script}
		took := stopwatch.Best(1, func() {
			for _, family := range []deploy.Family{deploy.Dash, deploy.Ash, deploy.Bash, ""} {
				chain.Follow(words("entry.sh", "worker"), place(family, files, map[string]string{"X": script}))
			}
			chain.Follow(words("sh", "-c", script), place("", files, nil))
			chain.Follow(words("npm", "run", "a"), place("", files, nil))
			chain.Follow(words(strings.Fields(script)...), place("", files, nil))
		})
		if took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
