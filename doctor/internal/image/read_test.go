package image_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
	"github.com/tasuki-jobs/tasuki/doctor/internal/stopwatch"
)

func last(t *testing.T, file string) *deploy.Image {
	t.Helper()
	stages, err := image.Read("Dockerfile", ".", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	return stages[len(stages)-1]
}

func TestAShellOfAnotherStageCountsAndIsPutInByThePlatform(t *testing.T) {
	m := last(t, "FROM ruby AS a\nSHELL [\"/bin/bash\", \"-ec\"]\nFROM a\nCMD sidekiq\n")
	if got := m.Command.String(); got != "/bin/bash -ec sidekiq" || !m.Command.Words[0].Implied || m.Command.Words[0].Pos.Line != 4 {
		t.Errorf("%q, %+v", got, m.Command.Words)
	}
}

func TestWhatAGoBuildMakesIsFollowedThroughStages(t *testing.T) {
	for file, want := range map[string]string{
		"FROM go AS b\nWORKDIR /src\nRUN go build -o /out/w ./cmd/w\nFROM x\nCOPY --from=b /out/w /w\n":                                                 "/w=/src/cmd/w",
		"FROM go AS b\nWORKDIR /src\nRUN go build -o w ./cmd/w\nFROM x\nCOPY --from=b /src/w /usr/bin/\n":                                               "/usr/bin/w=/src/cmd/w",
		"FROM go\nWORKDIR /src\nRUN go build ./cmd/w\nFROM x\nCOPY --from=0 /src/w /bin/work\n":                                                         "/bin/work=/src/cmd/w",
		"FROM go AS b\nRUN cd /src/api && CGO_ENABLED=0 go build -ldflags \"-s -w -X a/b.c=$(date)\" -o /bin/ ./a ./b\nFROM x\nCOPY --from=b /bin /b\n": "/b/b=/src/api/b",
		"FROM go AS b\nRUN go install github.com/x/y/cmd/z@latest\nFROM x\nCOPY --from=b /go/bin/z /z\n":                                                "/z=github.com/x/y/cmd/z",
		"FROM go AS b\nWORKDIR /a\nRUN go build -o app main.go\nFROM x\nWORKDIR /srv\nCOPY --from=b /a/app .\n":                                         "/srv/app=/a",
		"FROM go AS b\nWORKDIR /a\nRUN go build -o /out/ ./cmd/...\nFROM x\nCOPY --from=b /out /usr/local/bin\n":                                        "/usr/local/bin=/a/cmd/...",
	} {
		var all []string
		for _, b := range last(t, file).Built {
			all = append(all, b.Path+"="+b.Package)
		}
		if !strings.Contains(" "+strings.Join(all, " ")+" ", " "+want+" ") {
			t.Errorf("%s\nmakes %v, want %s", file, all, want)
		}
	}
}

func TestAFamilyIsKnownByTheBaseImage(t *testing.T) {
	for base, want := range map[string]deploy.Family{
		"ruby:3.4": deploy.Dash, "python:3.12-alpine": deploy.Ash, "alpine": deploy.Ash, "registry.access.redhat.com/ubi9/ruby-33": deploy.Bash, "amazonlinux:2023": deploy.Bash,
		"gcr.io/distroless/static-debian12": deploy.NoShell, "gcr.io/distroless/base:debug": deploy.Ash, "scratch": deploy.NoShell, "cgr.dev/chainguard/python:latest": deploy.NoShell,
		"cgr.dev/chainguard/python:latest-dev": deploy.Ash, "quay.io/centos/centos:stream9": deploy.Bash, "example.com/alpinist/app": "",
		"docker.io/library/ruby:3.4-slim": deploy.Dash, "example.com/ruby:3.4": "", "example/shop": "", "debian:12-slim": deploy.Dash, "ubuntu": deploy.Dash, "node:22-bookworm": deploy.Dash,
		"1.dkr.ecr.eu-west-1.amazonaws.com/hub/library/python:3.13": deploy.Dash, "mcr.microsoft.com/dotnet/aspnet:9.0": deploy.Dash, "mcr.microsoft.com/dotnet/aspnet:8.0-jammy-chiseled": deploy.NoShell,
		"mcr.microsoft.com/dotnet/aspnet:9.0-azurelinux3.0": deploy.Bash, "eclipse-temurin:21-jre": deploy.Dash, "eclipse-temurin:21-ubi9-minimal": deploy.Bash, "amazoncorretto:21": deploy.Bash,
		"amazoncorretto:21-alpine3.20": deploy.Ash, "busybox": deploy.Ash, "cgr.dev/chainguard/wolfi-base": deploy.Ash, "example/static-debian12": deploy.NoShell, "ubik/app": "",
		"nvidia/cuda:12.4.1-runtime-ubuntu22.04": deploy.Dash, "ghcr.io/astral-sh/uv:python3.12-bookworm-slim": deploy.Dash, "openjdk:21": "", "mysql:8": deploy.Bash,
	} {
		if got := last(t, "FROM "+base+"\n").Family; got != want {
			t.Errorf("%s has %q, want %q", base, got, want)
		}
	}
	if got := last(t, "ARG BASE\nFROM $BASE\n").Family; got != "" {
		t.Errorf("of what depends on who builds it %q is known", got)
	}
}

func TestAKnownBaseBringsItsStopSignal(t *testing.T) {
	for file, want := range map[string]string{"FROM php:8.3-fpm-alpine": "SIGQUIT", "FROM php:8.3-cli": "", "FROM nginx": "SIGQUIT", "FROM php:fpm\nSTOPSIGNAL SIGTERM": "SIGTERM", "FROM php:fpm AS a\nFROM a": "SIGQUIT"} {
		if got := last(t, file+"\n").StopSignal.Value; got != want {
			t.Errorf("%q: %q, want %q", file, got, want)
		}
	}
}

func TestAFileIsFoundByWhereItWasCopied(t *testing.T) {
	there := map[string]bool{"bin/entry.sh": true, "ops/run": true, "app/config/x.yml": true}
	for file, name := range map[string]string{
		"FROM x\nCOPY bin/entry.sh /\n":                                                   "/entry.sh",
		"FROM x\nWORKDIR /a\nCOPY bin ./bin\n":                                            "bin/entry.sh",
		"FROM x\nCOPY ops/run /usr/local/bin/\n":                                          "run",
		"FROM x\nCOPY ops/* /o/\n":                                                        "/o/run",
		"FROM x\nWORKDIR /srv\nCOPY app/ .\n":                                             "config/x.yml",
		"FROM x AS a\nCOPY . /src\nFROM y\nCOPY --from=a /src/bin/entry.sh /e\n":          "/e",
		"FROM x AS a\nWORKDIR /src\nCOPY . .\nFROM y\nWORKDIR /z\nCOPY --from=a /src .\n": "bin/entry.sh",
	} {
		if _, ok := last(t, file).Source(name, func(n string) bool { return there[n] }); !ok {
			t.Errorf("%s\n%s is not found", file, name)
		}
	}
}

func FuzzAnyDockerfileIsRead(f *testing.F) {
	for _, seed := range []string{"FROM a\nCMD b\n", "ARG X=y\nFROM $X AS z\nENV A=b C=$A\nCOPY --from=z a b c/\nRUN go build -o x ./...\n", "FROM a\nCMD [\"a\",\n \"b\"]\n", "FROM a\nCOPY <<EOF /x\na\nEOF\n",
		"FROM a\nSHELL [\"x\"]\nENTRYPOINT y\n", "# escape=`\nFROM a\nCMD a `\n b\n", "FROM", "CMD x", "FROM a\nWORKDIR\nSTOPSIGNAL\nENV\nCOPY\nADD a\nHEALTHCHECK\n", "FROM a\nRUN <<A <<B\nA\nB\n", strings.Repeat("FROM a AS a\nCOPY --from=a / /\n", 200),
		"FROM a AS b\n" + strings.Repeat("RUN go build -o /a/ ./...\n", 50) + strings.Repeat("COPY --from=b /a /a/a\n", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		took := stopwatch.Best(1, func() {
			stages, err := image.Read("Dockerfile", ".", []byte(file))
			if err != nil {
				return
			}
			for _, m := range stages {
				m.Source("a/b", func(string) bool { return false })
			}
		})
		if took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestAWorkdirFromAVariableReplacesTheOneBefore(t *testing.T) {
	for file, want := range map[string]string{
		"FROM x\nENV APP=/app\nWORKDIR /tmp\nWORKDIR $APP\n":  "/app",
		"FROM x\nENV APP=app\nWORKDIR /tmp\nWORKDIR $APP\n":   "/tmp/app",
		"FROM x\nWORKDIR /tmp\nWORKDIR app/x\nWORKDIR ../y\n": "/tmp/app/y",
	} {
		if got := last(t, file).Workdir; got != want {
			t.Errorf("%q, want %q, of\n%s", got, want, file)
		}
	}
}

func TestWhatAnUnknownBaseIsShowsInWhatIsInstalledThere(t *testing.T) {
	for run, want := range map[string]deploy.Family{
		"RUN apt-get -y update && \\\n  apt-get install -y --no-install-recommends git": deploy.Dash, "RUN apk add --no-cache git": deploy.Ash, "RUN microdnf -y install git": deploy.Bash,
		"RUN apk add git || apt-get install git": "", "RUN bundle install": "", "RUN capt-get update": "", "RUN echo apt": "",
		"RUN apt-get update\nRUN ln -sf /bin/bash /bin/sh": deploy.Bash, "RUN ln -s bash /usr/bin/sh": deploy.Bash, "RUN ln -s /bin/bash /usr/local/sh": "",
	} {
		if got := last(t, "FROM example/base AS base\n"+run+"\nFROM base\n").Family; got != want {
			t.Errorf("%s: %q, want %q", run, got, want)
		}
	}
}

func TestWhatAStageSaysOnBuildIsSaidByThoseThatAreMadeFromIt(t *testing.T) {
	const base = "FROM ruby:3.4 AS base\nWORKDIR /app\nONBUILD COPY bin /app/bin\nONBUILD ENTRYPOINT [\"bin/entry\"]\nONBUILD CMD bundle exec sidekiq\n"
	if m := last(t, base); m.Entry != nil || m.Command != nil || len(m.Copies) > 0 {
		t.Errorf("it is said of the stage itself: %+v", m)
	}
	m := last(t, base+"FROM base\n")
	if m.Entry == nil || m.Entry.Pos.Line != 4 || m.Command == nil || m.Command.Form != deploy.Shell || m.Command.Pos.Line != 5 || len(m.Copies) != 1 {
		t.Errorf("%+v", m)
	}
	if m := last(t, base+"FROM base\nCMD [\"puma\"]\n"); m.Command.String() != "puma" {
		t.Errorf("what the stage says itself does not win: %v", m.Command)
	}
	if m := last(t, base+"FROM base AS next\nCMD [\"puma\"]\nFROM next\n"); m.Command.String() != "puma" {
		t.Errorf("it is handed on twice: %v", m.Command)
	}
}
