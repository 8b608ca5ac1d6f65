package kamal

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// roles are a configuration's roles, a line each; the first file wins.
func roles(t *testing.T, files ...string) string {
	t.Helper()
	c := Config{}
	for _, content := range files {
		docs, err := tree.YAML("f", []byte(content))
		if err != nil {
			t.Fatal(err)
		}
		c.Docs = append(c.Docs, docs...)
	}
	b := &strings.Builder{}
	for _, r := range c.Roles() {
		fmt.Fprintf(b, "%s %v %v:%d %s\n", r.Name, r.Proxied, r.Grace.Time, r.Grace.Pos.Line, r.Grace.Open)
	}
	return b.String()
}

func TestARolesGraceDependsOnTheProxy(t *testing.T) {
	for in, want := range map[string]string{
		"servers: [a]":                                        "web true 10s:1 \n",
		"servers:\n  web: [a]\n  job: [b]":                    "web true 10s:2 \njob false 30s:3 \n",
		"servers:\n  web: [a]\n  job: [b]\ndrain_timeout: 60": "web true 10s:2 \njob false 1m0s:4 \n",
		"servers:\n  web: {hosts: [a], proxy: false}\n  job: {hosts: [b], proxy: {host: x}}": "web false 30s:2 \njob true 10s:3 \n",
		"primary_role: job\nservers:\n  web: [a]\n  job: [b]":                                "web false 30s:3 \njob true 10s:4 \n",
		"servers:\n  web: {hosts: [a], stop_timeout: 40}\nstop_timeout: 20":                  "web true 40s:2 \n",
		"servers:\n  web:\n    hosts: [a]\n    options:\n      stop-timeout: 50":             "web true 50s:5 \n",
		"servers:\n  job: {hosts: [b], cmd: x}\ndrain_timeout: <%= ENV['X'] %>":              "job false 0s:3 is \"<%= ENV['X'] %>\", which no file here resolves\n",
		"servers: {}": "", "servers: 1": "", "servers:\n  job:": "job false 30s:2 \n", "[]": "",
	} {
		if got := roles(t, in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestADestinationIsMergedIntoTheBase(t *testing.T) {
	got := roles(t, "drain_timeout: 70\nservers: {extra: [c]}", "servers:\n  job: {hosts: [b], cmd: x}\ndrain_timeout: 20")
	if want := "job false 1m10s:1 \nextra false 1m10s:1 \n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestSecretsAreNotKnownAndClearOnesAre(t *testing.T) {
	docs, err := tree.YAML("f", []byte("env:\n  clear: {A: 1}\n  secret: [B]\nservers:\n  job: {hosts: [a], env: {A: 2}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	env := (&Config{Docs: docs}).Roles()[0].Env
	if env["A"].Value != "2" || env["A"].Pos.Line != 5 || !env["B"].Open {
		t.Errorf("%+v", env)
	}
}

func TestRubyOnLinesOfItsOwnIsTakenOut(t *testing.T) {
	for in, want := range map[string]string{
		"<% require \"dotenv\"; Dotenv.load(\".env\") %>\nservice: a": "\nservice: a",
		"<%\nrequire 'x'\n-%>\na: 1":                                  "\n\n\na: 1",
		"<%# if it is so %>\na: 1":                                    "\na: 1",
		"<% if x %>\na: 1\n<% end %>":                                 "<% if x %>\na: 1\n<% end %>",
		"a: <%= x %>\n<%= y %>":                                       "a: <%= x %>\n<%= y %>",
		"<% x %> # a\nb: 1\nc: <% y %>":                               "<% x %> # a\nb: 1\nc: <% y %>",
	} {
		if got := string(Plain([]byte(in))); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}
