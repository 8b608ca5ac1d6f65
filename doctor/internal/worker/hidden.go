package worker

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// bare are the flags without a value of the workers whose flags set a time: what stands behind one
// is a word of its own.
var bare = map[*Kind][]string{
	Sidekiq: {"-v", "--verbose"}, SidekiqSwarm: {"-v", "--verbose"}, FaktoryRuby: {"-v", "--verbose"},
	GoodJob:  {"--enable-cron", "--daemonize", "--enable-listen-notify", "--enable-pauses", "--lower-thread-priority"},
	Dramatiq: {"-v", "--verbose", "--watch-use-polling", "--use-spawn", "--skip-logging"},
	Laravel:  {"-v", "-vv", "-vvv", "-q", "--quiet", "-n", "--no-interaction", "--once", "--stop-when-empty", "--force", "--daemon", "--json", "--ansi"},
}

// options is what people call variables that hold any flags.
var options = regexp.MustCompile(`(?i)(OPT|ARG|FLAG|PARAM|EXTRA)S?`)

// places are what people call variables that hold what a worker takes without a flag: a connection,
// a module.
var places = map[*Kind]*regexp.Regexp{Laravel: regexp.MustCompile(`(?i)CONN|QUEUE|DRIVER|STORE`), Dramatiq: regexp.MustCompile(`(?i)MODULE|APP|BROKER`)}

// hidden is the last word of the command that no file resolves and that may hold one of the
// flags that set the time: $OPTS, "$@". What stands in front of the last such flag does not
// count, since the last one does.
func (f *Found) hidden() (word deploy.Text, ok bool) {
	for i := len(own(f.Words)) - 1; i > 0 && len(f.Kind.Flags) > 0; i-- {
		w := f.Words[i]
		for _, name := range f.Kind.Flags {
			if _, given := valueOf(f.Words[i:], name); given {
				return deploy.Text{}, false
			}
		}
		if w.Open && !slices.Contains(f.Kind.Flags, f.Words[i-1].Value) && f.hides(w, f.Words[i-1].Value) {
			return w, true
		}
	}
	return deploy.Text{}, false
}

// hides says whether an unresolved word may be a flag that sets the time, by itself and by what
// stands in front of it.
func (f *Found) hides(w deploy.Text, before string) bool {
	flag, _, valued := strings.Cut(w.Value, "=")
	switch {
	case strings.HasPrefix(w.Value, "-") && valued && !strings.Contains(flag, "$"): // --concurrency=$N
		return false
	case len(w.Value) > 2 && w.Value[0] == '-' && w.Value[1] != '-' && strings.IndexByte("${", w.Value[2]) >= 0: // -c$N
		return slices.Contains(f.Kind.Flags, w.Value[:2])
	case options.MatchString(w.Value):
		return true
	case places[f.Kind] != nil && places[f.Kind].MatchString(w.Value):
		return false
	case strings.HasPrefix(before, "-") && before != "--" && !strings.Contains(before, "="):
		return slices.Contains(bare[f.Kind], before)
	}
	return true
}

// own are the words in front of --: what stands behind it is somebody else's.
func own(words []deploy.Text) []deploy.Text {
	if i := slices.IndexFunc(words, func(w deploy.Text) bool { return w.Value == "--" }); i >= 0 {
		return words[:i]
	}
	return words
}

// concealed is a time that the command may set in a word that no file resolves.
func (f *Found) concealed(w deploy.Text) setting {
	return setting{text: w, what: f.Kind.Name + "'s " + f.Kind.Flags[0], why: "may stand in " + w.Value + ", which no file here resolves"}
}

// absent is a time that may stand in a file that the command names, and that is not here.
func (f *Found) absent(file deploy.Text) setting {
	s := setting{text: file, what: f.Kind.Name + "'s time for a stop", why: "may stand in " + file.Value + ", which is not in this repository"}
	if file.Open {
		s.why = "may stand in the file " + file.Value + ", which no file here resolves"
	}
	return s
}
