package doctor

var v654 = Rule{
	ID: "V654", Name: "nested-grace", Severity: Error,
	Finds: "A container with Supervisor in it that has less time than Supervisor gives its workers, one program after another.",
	Why: `The outer platform sends SIGTERM to Supervisor, which passes it on and waits for stopwaitsecs. When the outer grace is over
first, all processes of the container are killed, whatever stopwaitsecs says. Supervisor stops its programs one after another, and
those of one [group:NAME] together: the next one hears of the stop when the one before has ended, and their times add up.`,
	Fix: "Raise the outer grace above what the workers take one after another, and 2 s for Supervisor's own end; or name them in one [group:NAME].",
	Bad: `-- Dockerfile --
FROM php:8.3-cli
COPY supervisord.conf /etc/supervisord.conf
CMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]
-- supervisord.conf --
[program:mail]
command=php artisan queue:work --timeout=90
stopwaitsecs=100
-- compose.yaml --
services:
  app:
    build: .
    restart: always
`,
	Good: `-- Dockerfile --
FROM php:8.3-cli
COPY supervisord.conf /etc/supervisord.conf
CMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]
-- supervisord.conf --
[program:mail]
command=php artisan queue:work --timeout=90
stopwaitsecs=100
-- compose.yaml --
services:
  app:
    build: .
    restart: always
    stop_grace_period: 105s
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if f, ok := s.nested(k); ok {
				say(f)
			}
		}
	},
}
