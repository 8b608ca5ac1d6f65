package image

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// parts tell by a word of an image's name or tag what its sh is; the first that fits counts.
var parts = []struct {
	in     map[string]bool
	family deploy.Family
}{
	{set("alpine busybox wolfi"), deploy.Ash},
	{set("distroless scratch chainguard cgr.dev chiseled"), deploy.NoShell},
	{set("ubi rhel amazonlinux amazoncorretto amzn al2023 fedora rockylinux almalinux centos oraclelinux archlinux photon opensuse azurelinux mariner"), deploy.Bash},
	{set("debian ubuntu minideb trixie bookworm bullseye buster stretch noble jammy focal bionic"), deploy.Dash},
}

// officials are Docker's own images that are made from one of these where their tag does not say
// otherwise, by their names.
var officials = map[deploy.Family]map[string]bool{
	deploy.Dash: set(`buildpack-deps ruby python node golang php perl rust elixir erlang haskell julia swift gcc eclipse-temurin maven gradle tomcat jruby pypy clojure mono
postgres redis valkey nginx httpd haproxy rabbitmq mongo mariadb memcached wordpress drupal ghost redmine odoo solr`),
	deploy.Ash:  set("composer docker traefik caddy"),
	deploy.Bash: set("mysql"),
}

// makers publish images that are all made from one of these where their tag does not say otherwise.
var makers = map[deploy.Family][]string{
	deploy.Dash: {"mcr.microsoft.com/dotnet/", "mcr.microsoft.com/playwright", "phusion/", "docker.io/phusion/", "cimg/", "docker.io/cimg/", "heroku/", "docker.io/heroku/", "oven/bun", "docker.io/oven/bun", "denoland/deno", "docker.io/denoland/deno"},
}

// families are tried in this order.
var families = []deploy.Family{deploy.Dash, deploy.Ash, deploy.Bash}

// Family is what sh is in an image of that name; empty: the name does not say it. Images
// without a shell have one in their variants for debugging.
func Family(base string) deploy.Family {
	if base == "" {
		return ""
	}
	if name, tag, _ := strings.Cut(base, ":"); strings.Contains(tag, "debug") && strings.Contains(name, "distroless") || strings.HasSuffix(tag, "-dev") && (strings.Contains(name, "chainguard") || strings.HasPrefix(name, "cgr.dev")) {
		return deploy.Ash
	}
	if name := Name(base); name == "static" || strings.HasPrefix(name, "static-debian") {
		return deploy.NoShell // distroless, wherever it was copied to
	}
	words := strings.FieldsFunc(base, func(r rune) bool { return strings.ContainsRune("/:-@_", r) })
	for _, p := range parts {
		if slices.ContainsFunc(words, func(w string) bool { return p.in[w] || p.in[strings.TrimRight(w, "0123456789.")] }) {
			return p.family
		}
	}
	for _, f := range families {
		if official(base) && officials[f][Name(base)] || slices.ContainsFunc(makers[f], func(m string) bool { return strings.HasPrefix(base, m) }) {
			return f
		}
	}
	return ""
}

// official says whether an image is one of Docker's own: without a publisher, or a copy of their
// library.
func official(ref string) bool {
	dir := path.Dir(ref)
	return dir == "." || dir == "docker.io" || path.Base(dir) == "library"
}

// What a RUN says of the system that it runs in.
var (
	managers = map[deploy.Family]*regexp.Regexp{
		deploy.Dash: regexp.MustCompile(`\b(?:apt|apt-get|aptitude)\s+(?:-\S+\s+)*(?:install|update|upgrade)\b`),
		deploy.Ash:  regexp.MustCompile(`\bapk\s+(?:-\S+\s+)*(?:add|update|upgrade)\b`),
		deploy.Bash: regexp.MustCompile(`\b(?:yum|dnf|microdnf|tdnf|zypper)\s+(?:-\S+\s+)*(?:install|update|upgrade)\b|\bpacman\s+-S`),
	}
	linked = regexp.MustCompile(`\bln\s+-\w*s\w*\s+(?:-\w+\s+)*(?:\S*/)?bash\s+(?:/usr)?/bin/sh\b`)
)

// revised is what sh is once a RUN has run: it may put another one in its place, and the tool that
// installs says what an unknown base is.
func revised(before deploy.Family, run string) deploy.Family {
	if linked.MatchString(run) {
		return deploy.Bash
	}
	if before != "" {
		return before
	}
	var found []deploy.Family
	for _, f := range families {
		if managers[f].MatchString(run) {
			found = append(found, f)
		}
	}
	if len(found) != 1 { // a script that tries several is made for any
		return ""
	}
	return found[0]
}
