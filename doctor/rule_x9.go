package doctor

// ignoreRules judge what is ignored.
var ignoreRules = []Rule{x901, x902}

var x901 = Rule{
	ID: "X901", Name: "ignore-without-reason", Severity: Warning,
	Finds: "A tasuki:ignore that names no rule, or gives no reason. It is not heeded.",
	Why:   "Whoever comes next has to know whether the reason still holds.",
	Fix:   "Name the rule and say why, on the same line.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
# tasuki:ignore D101
CMD ["bundle", "exec", "sidekiq"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
# tasuki:ignore D101 this image is for the tests, nobody deploys it
CMD bundle exec sidekiq
`,
}

var x902 = Rule{
	ID: "X902", Name: "ignore-unused", Severity: Info,
	Finds: "A tasuki:ignore of something that is not there any more.",
	Why:   "It would hide the same trap when it comes back.",
	Fix:   "Take it out.",
	Bad: `-- Dockerfile --
FROM ruby:3.4
# tasuki:ignore D101 this image is for the tests, nobody deploys it
CMD ["bundle", "exec", "sidekiq"]
`,
	Good: `-- Dockerfile --
FROM ruby:3.4
CMD ["bundle", "exec", "sidekiq"]
`,
}
