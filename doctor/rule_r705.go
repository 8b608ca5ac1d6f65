package doctor

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

var r705 = Rule{
	ID: "R705", Name: "surge-over-memory", Severity: Warning,
	Finds: "Our supervisor with max_memory for its workers and a memory limit around it that has no room for the workers which a restart adds.",
	Why: `During a restart old workers and new ones live side by side: twice as many and one, unless surge or stop_first say otherwise.
Where each is near its max_memory the limit is reached, and the kernel kills one of them with its jobs, or all.`,
	Fix: "stop_first: true, a smaller surge, or a higher limit.",
	Bad: `-- workers.service --
[Service]
Type=notify
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/tasuki supervise --file /srv/shop/tasuki.yml
ExecReload=/usr/local/bin/tasuki restart --file /srv/shop/tasuki.yml
KillMode=mixed
MemoryMax=4G
OOMPolicy=continue
Restart=on-failure
-- tasuki.yml --
command: bundle exec sidekiq
workers: 4
max_memory: 800M
`,
	Good: `-- workers.service --
[Service]
Type=notify
WorkingDirectory=/srv/shop
ExecStart=/usr/local/bin/tasuki supervise --file /srv/shop/tasuki.yml
ExecReload=/usr/local/bin/tasuki restart --file /srv/shop/tasuki.yml
KillMode=mixed
MemoryMax=4G
OOMPolicy=continue
Restart=on-failure
-- tasuki.yml --
command: bundle exec sidekiq
workers: 4
max_memory: 800M
stop_first: true
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if !k.supervisor() {
				continue
			}
			limit, at := k.memory()
			c := s.site.workFiles.crew(k)
			if limit == 0 || c.each == 0 || !c.known || int64(c.most())*c.each <= limit {
				continue
			}
			say(Finding{Pos: at, Workload: k.Name,
				Message: fmt.Sprintf("%d workers of up to %s may live at a time in a restart, in %s: %d workers and a surge of %d", c.most(), mega(c.each), mega(limit), c.workers, c.surge),
				Outcome: "in a rolling restart the kernel kills workers for their memory, with their jobs",
				Fix:     "let old workers end before new ones start, or leave more room", Paste: []string{"stop_first: true"}})
		}
	},
}

// A crew is what the supervisor's settings say of how many workers there are, and how large.
type crew struct {
	workers, surge int
	each           int64 // bytes; 0: no limit is set
	known          bool
}

func (c crew) most() int { return c.workers + c.surge }

// crew reads flags, and the file that they name, tasuki.yml by default.
func (f *workFiles) crew(k *work) crew {
	words := deploy.Values(k.chain.Worker.Words)
	file, named := path.Join(k.Dir, "tasuki.yml"), false
	if flag, ok := k.chain.Worker.Flag("--file", "-f"); ok {
		file, named = flag.Value.Value, true
	}
	var doc tree.Node
	if content, shown, ok := f.readIn(k.Workload, file); ok {
		if docs, err := tree.YAML(shown, content); err == nil && len(docs) > 0 {
			doc = docs[0]
		}
	} else if named {
		return crew{} // what it says is not known
	}
	get := func(key string, flags ...string) string {
		if flag, ok := k.chain.Worker.Flag(append(flags, "--"+strings.ReplaceAll(key, "_", "-"))...); ok {
			return flag.Value.Value
		}
		return doc.Get(key).Text().Value
	}
	c := crew{workers: 1, known: true, each: bytesOf(get("max_memory"))}
	if n, err := strconv.Atoi(get("workers", "-n")); err == nil && n > 0 {
		c.workers = n
	}
	c.surge = c.workers + 1
	if n, err := strconv.Atoi(get("surge")); err == nil && n > 0 {
		c.surge = n
	}
	if yes, _ := doc.Get("stop_first").Bool(); yes || strings.Contains(" "+strings.Join(words, " ")+" ", " --stop-first ") {
		c.surge = 0
	}
	return c
}

// memory is the limit around a workload, in bytes; 0: none is known. A reader of another
// format that knows one puts it into Workload.Memory.
func (k *work) memory() (int64, Pos) {
	if sv, ok := k.service(); ok {
		for _, key := range []string{"MemoryMax", "MemoryLimit"} {
			if e, ok := sv.Last("Service", key); ok {
				return bytesOf(e.Value), e.Pos
			}
		}
	}
	if c, ok := k.container(); ok {
		n := c.Get("resources", "limits", "memory")
		return bytesOf(n.Text().Value), n.Pos()
	}
	return bytesOf(k.Memory.Value), k.Memory.Pos
}

// bytesOf reads 512M, 2G, 2Gi, 512MB, 4194304; 0: it is none.
func bytesOf(text string) int64 {
	text = strings.TrimSpace(text)
	n := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if n < 0 {
		n = len(text)
	}
	value, err := strconv.ParseFloat(text[:n], 64)
	unit := strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(text[n:]), "B"), "b"))
	factor, ok := map[string]float64{"": 1, "k": 1 << 10, "ki": 1 << 10, "m": 1 << 20, "mi": 1 << 20, "g": 1 << 30, "gi": 1 << 30, "t": 1 << 40, "ti": 1 << 40}[unit]
	if err != nil || !ok || value*factor > 1<<60 {
		return 0
	}
	return int64(value * factor)
}

func mega(bytes int64) string { return strconv.FormatInt(bytes>>20, 10) + " MB" }
