package doctor

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

var d119 = Rule{
	ID: "D119", Name: "s6-overlay", Severity: Error,
	Finds: "A worker under s6-overlay with less time than it needs: as the CMD without S6_CMD_RECEIVE_SIGNALS, or as a service of services.d or s6-rc.d.",
	Why: `s6-overlay stops the services of services.d first, with S6_SERVICES_GRACETIME (3000 ms) for them, and the CMD last: it sends SIGTERM, waits
S6_KILL_GRACETIME (3000 ms) and kills. With S6_CMD_RECEIVE_SIGNALS=1 a CMD gets the signal itself, and has the platform's grace. It waits for a service of s6-rc.d as long as that takes, unless a timeout-kill
or a timeout-down stands beside its run.`,
	Fix: "ENV S6_CMD_RECEIVE_SIGNALS=1 for a CMD; S6_SERVICES_GRACETIME in ms for services.d; for s6-rc.d a longer timeout-kill or timeout-down, or none.",
	Bad: `-- Dockerfile --
FROM php:8.3-cli
ADD https://github.com/just-containers/s6-overlay/releases/download/v3.2.0.2/s6-overlay-x86_64.tar.xz /tmp
COPY . /app
ENTRYPOINT ["/init"]
CMD ["php", "/app/artisan", "queue:work", "--timeout=60"]
`,
	Good: `-- Dockerfile --
FROM php:8.3-cli
ADD https://github.com/just-containers/s6-overlay/releases/download/v3.2.0.2/s6-overlay-x86_64.tar.xz /tmp
COPY . /app
ENV S6_CMD_RECEIVE_SIGNALS=1
ENTRYPOINT ["/init"]
CMD ["php", "/app/artisan", "queue:work", "--timeout=60"]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := s.site.overlaid(k); ok {
				say(f)
			}
		}
	},
}

// overlaid is a worker that s6-overlay kills too early.
func (s *site) overlaid(k *work) (Finding, bool) {
	if !k.worker() {
		return Finding{}, false
	}
	name, pos := "S6_SERVICES_GRACETIME", k.Pos
	service, isService := k.Detail.(overlayService)
	if service.rc {
		return s.givenUp(k, service)
	}
	if !isService {
		i := slices.IndexFunc(k.chain.Links, func(l chain.Link) bool { return l.Role == chain.Services })
		heard, ok := k.Variable("S6_CMD_RECEIVE_SIGNALS")
		if i < 0 || ok && heard.Value != "0" && heard.Value != "" {
			return Finding{}, false
		}
		name, pos = "S6_KILL_GRACETIME", k.chain.Program[0].Pos
	}
	grace := Figure{Time: 3 * time.Second, What: "s6-overlay's default " + name, Default: true}
	if t, ok := k.Variable(name); ok {
		grace = Figure{What: name, Pos: t.Pos}
		ms, err := strconv.Atoi(t.Value)
		if grace.Time = time.Duration(ms) * time.Millisecond; err != nil || t.Open {
			grace.Time, grace.Open = 0, "is "+strconv.Quote(t.Value)
		}
		pos = t.Pos
	}
	f, short := s.cut(k, grace)
	if !short {
		return Finding{}, false
	}
	f.Pos, f.Fix = pos, "set "+name+" in ms"
	if f.Sum.Open() == "" {
		f.Paste = []string{fmt.Sprintf("ENV %s=%d", name, (f.Sum.Needed() + rounding).Milliseconds())}
	}
	if name == "S6_KILL_GRACETIME" {
		f.Fix, f.Paste = "let the CMD have the signal itself", []string{"ENV S6_CMD_RECEIVE_SIGNALS=1"}
	}
	return f, true
}

// cut is a worker with less time than it needs.
func (s *site) cut(k *work, grace Figure) (Finding, bool) {
	sum := &Sum{Need: s.follower.needs(k), Grace: grace}
	if sum.Holds() {
		return Finding{}, false
	}
	f := Finding{Pos: k.Pos, Workload: k.Name, Sum: sum, Message: fmt.Sprintf("s6-overlay kills %s %s after it has told it to stop", k.kind().Name, deploy.Seconds(grace.Time)),
		Outcome: "jobs that take longer are killed, whatever grace the platform gives"}
	if sum.Open() != "" {
		f.Severity = Warning
	}
	return f, true
}

// givenUp is a worker of s6-rc whose service directory says when it is given up: s6-rc has no limit of
// its own.
func (s *site) givenUp(k *work, service overlayService) (Finding, bool) {
	for _, name := range []string{"timeout-kill", "timeout-down"} {
		at := path.Join(service.dir, name)
		content, err := s.repo.Read(at)
		ms, wrong := strconv.Atoi(strings.TrimSpace(string(content)))
		if err != nil || wrong != nil || ms <= 0 {
			continue
		}
		if f, short := s.cut(k, Figure{Time: time.Duration(ms) * time.Millisecond, What: name, Pos: Pos{File: s.repo.Shown(at), Line: 1}}); short {
			f.Pos, f.Fix = f.Sum.Grace.Pos, "more ms in it; or 0, which has no end"
			return f, true
		}
	}
	return Finding{}, false
}
