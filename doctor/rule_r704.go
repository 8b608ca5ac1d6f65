package doctor

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

var r704 = Rule{
	ID: "R704", Name: "lease-shorter-than-stop", Severity: Error,
	Finds: "A time after which a queue gives a job to another worker, which is shorter than jobs may still run here: Laravel's retry_after, Celery's visibility_timeout, Oban's rescue_after, River's RescueStuckJobsAfter.",
	Why: `None of these is renewed while the job runs. A job that is longer is started a second time elsewhere while the first one
still runs: both do its work. At a stop, a job may run for as long as worker and platform let it (Laravel's documentation:
"The --timeout value should always be at least several seconds shorter than your retry_after configuration value").`,
	Fix: "Set it above the longest job, or the worker's own timeout below it.",
	Bad: `-- worker.service --
[Service]
WorkingDirectory=/var/www/shop
ExecStart=/usr/bin/php artisan queue:work redis --timeout=300
TimeoutStopSec=310
Restart=always
-- config/queue.php --
<?php
return [
    'connections' => [
        'redis' => [
            'driver' => 'redis',
            'retry_after' => 90,
        ],
    ],
];
`,
	Good: `-- worker.service --
[Service]
WorkingDirectory=/var/www/shop
ExecStart=/usr/bin/php artisan queue:work redis --timeout=300
TimeoutStopSec=310
Restart=always
-- config/queue.php --
<?php
return [
    'connections' => [
        'redis' => [
            'driver' => 'redis',
            'retry_after' => 330,
        ],
    ],
];
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			longest, ok := k.longest()
			if !ok {
				continue
			}
			for _, l := range s.site.search.leases(k) {
				if l.Time < longest.Time {
					say(Finding{Pos: l.Pos, Workload: k.Name,
						Message: fmt.Sprintf("after %s a job is given to another worker (%s), and here it may run for %s at a stop: %s", deploy.Seconds(l.Time), l.What, deploy.Seconds(longest.Time), longest),
						Outcome: fmt.Sprintf("jobs longer than %s are started again while they still run: their work is done twice", deploy.Seconds(l.Time)),
						Fix:     fmt.Sprintf("set %s above %s", l.What, deploy.Seconds(longest.Time))})
				}
			}
		}
	},
}

// longest is how long a job may still run at a stop: the worker's own limit, or else the
// platform's. Laravel's limit is that of each job, at any time.
func (k *work) longest() (Figure, bool) {
	if k.sum == nil {
		return Figure{}, false
	}
	own, grace := k.sum.Need[0], k.sum.Grace
	switch {
	case own.Known() && (!grace.Known() || own.Time <= grace.Time || k.kind() == worker.Laravel):
		return own, true
	case grace.Known() && !own.Default: // an end that is nowhere set is no statement about jobs
		return grace, true
	case grace.Known() && own.Endless && !grace.Default:
		return grace, true
	}
	return Figure{}, false
}

// A lease is where a project says after what time its queue takes a job for lost.
type lease struct {
	in   *regexp.Regexp // the file
	what string
	line *regexp.Regexp // with the time as n, and its unit if it is not seconds
}

var leaseUnits = map[string]time.Duration{"seconds": time.Second, "minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour, "Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}

var (
	retryAfter = []lease{{regexp.MustCompile(`^config/queue\.php$|/config/queue\.php$`), "retry_after",
		regexp.MustCompile(`^\s*['"]retry_after['"]\s*=>\s*(?:\(int\)\s*)?(?:env\([^,()]*,\s*)?(?P<n>\d+)`)}}
	visibility = []lease{{regexp.MustCompile(`\.py$`), "visibility_timeout", regexp.MustCompile(`^[^#]*['"]?visibility_timeout['"]?\s*[:=]\s*(?P<n>\d+)\s*(?:[,}]|$)`)}}
	rescue     = []lease{{regexp.MustCompile(`\.exs?$`), "rescue_after", regexp.MustCompile(`^[^#]*\brescue_after:\s*:timer\.(?P<unit>seconds|minutes|hours)\((?P<n>\d+)\)`)}}
	stuck      = []lease{{regexp.MustCompile(`\.go$`), "RescueStuckJobsAfter", regexp.MustCompile(`^\s*RescueStuckJobsAfter:\s*(?P<n>\d+)\s*\*\s*time\.(?P<unit>Second|Minute|Hour)`)}}
)

var leasesOf = map[*worker.Kind][]lease{worker.Laravel: retryAfter, worker.Celery: visibility, worker.Oban: rescue, worker.River: stuck}

// leases are those of a worker's project.
func (s *search) leases(k *work) (all []Figure) {
	if all, ok := s.leased[k.kind()]; ok {
		return all
	}
	if s.leased == nil {
		s.leased = map[*worker.Kind][]Figure{}
	}
	defer func() { s.leased[k.kind()] = all }()
	for _, l := range leasesOf[k.kind()] {
		for _, name := range s.names() {
			if !l.in.MatchString(name) || strings.Contains(name, "test") {
				continue
			}
			content, err := s.listing.repo.Read(name)
			if err != nil || !strings.Contains(string(content), l.what) {
				continue
			}
			for i, line := range strings.Split(string(content), "\n") {
				if m := l.line.FindStringSubmatch(line); m != nil {
					all = append(all, Figure{Time: l.time(m), What: l.what, Pos: Pos{File: s.listing.repo.Shown(name), Line: i + 1}})
				}
			}
		}
	}
	return all
}

func (l lease) time(m []string) time.Duration {
	n, _ := strconv.ParseInt(m[l.line.SubexpIndex("n")], 10, 32)
	unit := time.Second
	if i := l.line.SubexpIndex("unit"); i > 0 {
		unit = leaseUnits[m[i]]
	}
	return time.Duration(n) * unit
}
