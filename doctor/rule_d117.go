package doctor

var d117 = Rule{
	ID: "D117", Name: "last-wins", Severity: Info,
	Finds: "Several CMD, or several ENTRYPOINT, in one stage of a worker's image.",
	Why:   `Only the last one counts. One that is forgotten above it looks as if it did something.`,
	Fix:   "Take the others away.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
CMD ["bundle", "exec", "puma"]
CMD ["bundle", "exec", "sidekiq"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
CMD ["bundle", "exec", "sidekiq"]
`,
	check: func(s *scene, say func(Finding)) {
		for _, k := range s.works {
			if !k.worker() || k.Image == nil {
				continue
			}
			for _, at := range k.Image.Overruled {
				say(Finding{Pos: at, Workload: k.Name, Message: "a later line of the same stage counts, and this one does not", Outcome: "what it says never happens", Fix: "take it away"})
			}
		}
	},
}
