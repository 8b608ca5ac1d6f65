package redistest

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// An App is a Ruby program's code, and the Redis that it works with.
type App struct {
	// URL is the server's (REDIS_URL). A server whose certificate Ruby has to know needs
	// code that says so: Sidekiq.configure_server and configure_client with ssl_params.
	URL string
	// Code is Ruby: classes of jobs, settings. It runs once in each process that is
	// started, behind require "sidekiq" and "sidekiq/api". For Active Job it begins
	// with Rails.
	Code string
	// Flags are those of the command sidekiq: "-c", "2", "-q", "low". A scheduled job or
	// a retry waits for up to 15 s for the first look, and then for 5 s on average for
	// every further one, unless Code has EagerPolling.
	Flags []string
	// Env are more variables, as "NAME=value".
	Env []string
}

// Rails is code that is a Rails application with Active Job on Sidekiq, and nothing more.
//
//go:embed ruby/rails.rb
var Rails string

// EagerPolling is code for workers that look for scheduled jobs and retries at once and
// then four times a second. It changes nothing but the pauses.
//
//go:embed ruby/poll.rb
var EagerPolling string

// gems says once which gems are there.
var gems = sync.OnceValues(func() (map[string]bool, error) {
	if _, err := exec.LookPath("ruby"); err != nil {
		return nil, nil
	}
	const ask = `puts %w[sidekiq activejob railties].select { |g| Gem::Specification.find_all_by_name(g).any? }`
	out, err := exec.Command("ruby", "-e", ask).Output()
	found := map[string]bool{}
	for name := range strings.FieldsSeq(string(out)) {
		found[name] = true
	}
	return found, err
})

// missing is an error if what the app needs is not installed.
func (a *App) missing() error {
	found, err := gems()
	if err != nil {
		return fmt.Errorf("look for gems: %w", err)
	}
	if !found["sidekiq"] {
		return fmt.Errorf("needs Sidekiq: %w (hint: apt-get install ruby-sidekiq)", ErrMissing)
	}
	if strings.Contains(a.Code, Rails) && !(found["activejob"] && found["railties"]) {
		return fmt.Errorf("needs Rails: %w (hint: apt-get install ruby-rails)", ErrMissing)
	}
	return nil
}

// home is a home with the app's code, and the frame that loads it.
func (a *App) home(frame string) (*home, error) {
	if err := a.missing(); err != nil {
		return nil, err
	}
	h, err := newHome("")
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		os.WriteFile(h.path("app.rb"), []byte(a.Code), 0o644),
		os.WriteFile(h.path("frame.rb"), []byte(frame), 0o644))
	if err != nil {
		return nil, errors.Join(err, h.end())
	}
	return h, nil
}

// command is one of the app's programs.
func (a *App) command(h *home, program string, args ...string) *exec.Cmd {
	cmd := h.command(program, args...)
	cmd.Env = append(cmd.Env, "REDIS_URL="+a.URL)
	cmd.Env = append(cmd.Env, a.Env...)
	return cmd
}

//go:embed ruby/script.rb
var scriptFrame string

// Run runs the code to its end, with arguments in ARGV, and answers what it printed. A
// failure has what it said to standard error.
func (a App) Run(ctx context.Context, args ...string) (string, error) {
	h, err := a.home(scriptFrame)
	if err != nil {
		return "", err
	}
	out, err := a.run(ctx, h, args)
	return out, errors.Join(err, h.end())
}

func (a *App) run(ctx context.Context, h *home, args []string) (string, error) {
	out, err := os.Create(h.path("out"))
	if err != nil {
		return "", err
	}
	defer out.Close()
	cmd := a.command(h, "ruby", append([]string{h.path("frame.rb")}, args...)...)
	cmd.Stdout = out
	p, err := h.start("ruby", cmd)
	if err != nil {
		return "", err
	}
	if err := p.wait(ctx); err != nil {
		return "", errors.Join(err, p.end(kill))
	}
	printed, err := os.ReadFile(out.Name())
	if code := p.code(); err == nil && code != 0 {
		err = fmt.Errorf("ruby ended with %d: %s", code, p.output())
	}
	return string(printed), err
}

// Ruby runs an app's code for one test, which fails with it. Where Ruby or Sidekiq is
// missing the test is skipped.
func (a App) Ruby(tb testing.TB, args ...string) string {
	tb.Helper()
	out, err := a.Run(tb.Context(), args...)
	return given(tb, out, err)
}
