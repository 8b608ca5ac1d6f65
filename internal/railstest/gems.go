package railstest

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
)

// ErrMissing says that a program or a gem is not installed.
var ErrMissing = errors.New("not installed")

// packages are Debian's for the gems that are needed.
var packages = map[string]string{
	"delayed_job_active_record": "ruby-delayed-job-active-record", "pg": "ruby-pg", "daemons": "ruby-daemons",
}

// missing is an error if a gem is not there. It looks once.
var missing = sync.OnceValue(func() error {
	if _, err := exec.LookPath("ruby"); err != nil {
		return fmt.Errorf("ruby: %w (hint: apt-get install ruby)", ErrMissing)
	}
	const ask = `puts ARGV.reject { |gem| Gem::Specification.find_all_by_name(gem).any? }`
	args := []string{"-e", ask}
	for gem := range packages {
		args = append(args, gem)
	}
	out, err := exec.Command("ruby", args...).Output()
	if err != nil {
		return fmt.Errorf("look for gems: %w", err)
	}
	for gem := range strings.FieldsSeq(string(out)) {
		return fmt.Errorf("the gem %s: %w (hint: apt-get install %s)", gem, ErrMissing, packages[gem])
	}
	return nil
})
