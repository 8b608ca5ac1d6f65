package doctor

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/chain"
	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var d119 = Rule{
	ID: "D119", Name: "s6-overlay", Severity: Error,
	Finds: "A worker under s6-overlay with less time than it needs: as the CMD without S6_CMD_RECEIVE_SIGNALS, or as a service of services.d.",
	Why: `s6-overlay stops services first, with S6_SERVICES_GRACETIME (3000 ms) for them, and the CMD last: it sends SIGTERM, waits
S6_KILL_GRACETIME (3000 ms) and kills. With S6_CMD_RECEIVE_SIGNALS=1 a CMD gets the signal itself, and has the platform's grace.`,
	Fix: "ENV S6_CMD_RECEIVE_SIGNALS=1 for a CMD; S6_SERVICES_GRACETIME in ms for services.",
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

// An overlayService is a program that s6-overlay runs as a service.
type overlayService struct{}

// overlaid is a worker that s6-overlay kills too early.
func (s *site) overlaid(k *work) (Finding, bool) {
	if !k.worker() {
		return Finding{}, false
	}
	name, pos := "S6_SERVICES_GRACETIME", k.Pos
	if _, service := k.Detail.(overlayService); !service {
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
	sum := &Sum{Need: k.chain.Worker.Needs(s.place(k), worker.Told{Timeout: s.told.Timeout, LongestJob: s.told.LongestJob}), Grace: grace}
	if sum.Holds() {
		return Finding{}, false
	}
	f := Finding{Pos: pos, Workload: k.Name, Sum: sum, Fix: "set " + name + " in ms", Message: fmt.Sprintf("s6-overlay kills %s %s after it has told it to stop", k.kind().Name, deploy.Seconds(grace.Time)),
		Outcome: "jobs that take longer are killed, whatever grace the platform gives"}
	if sum.Open() != "" {
		f.Severity = Warning
	} else {
		f.Paste = []string{fmt.Sprintf("ENV %s=%d", name, (sum.Needed() + rounding).Milliseconds())}
	}
	if name == "S6_KILL_GRACETIME" {
		f.Fix, f.Paste = "let the CMD have the signal itself", []string{"ENV S6_CMD_RECEIVE_SIGNALS=1"}
	}
	return f, true
}

// isOverlayService says whether a file is what s6-overlay runs as a service.
func isOverlayService(name string) bool {
	return path.Base(name) == "run" && path.Base(path.Dir(path.Dir(name))) == "services.d"
}

// readOverlayService adds it, if an image here has s6-overlay.
func readOverlayService(s *site, name string, _ []byte) error {
	for _, m := range s.images {
		if overlay(m) {
			at := Pos{File: s.repo.Shown(name), Line: 1}
			s.workloads = append(s.workloads, &deploy.Workload{Platform: deploy.Docker, Name: "service " + path.Base(path.Dir(name)) + " of s6-overlay", Pos: at, Image: m,
				Entry: &deploy.Command{Pos: at, Words: []deploy.Text{{Value: name, Pos: at}}}, Detail: overlayService{}})
			return nil
		}
	}
	return nil
}
