package doctor_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// unknownTime is a part of what is said of a time that nobody can tell.
const unknownTime = "w R701: nobody can tell whether"

func TestAFileOfVariablesThatIsNotHereMayOverrideWhatAUnitSetsItself(t *testing.T) {
	const unit = "-- a.service --\n[Service]\nEnvironmentFile=-/etc/default/x\nEnvironment=\"OPTS=-c 5\"\nRestart=always\nTimeoutStopSec=60\nExecStart="
	for command, unknown := range map[string]bool{"/usr/bin/sidekiq $OPTS": true, "/usr/bin/sidekiq $OPTS -t 20": false, "/usr/bin/work": false} {
		if got := toldOf(check(t, unit+command+"\n", doctor.Options{})); strings.Contains(got, unknownTime) != unknown || !unknown && got != "" {
			t.Errorf("%s\n%s", command, got)
		}
	}
}

func TestAVariableThatAFileOfVariablesHereSetsLastIsKnown(t *testing.T) {
	const files = "-- a.service --\n[Service]\nWorkingDirectory=/srv/a\nEnvironmentFile=-/etc/default/x\nEnvironmentFile=/srv/a/a.env\nRestart=always\nTimeoutStopSec=60\nExecStart=/usr/bin/sidekiq $OPTS\n-- a.env --\nOPTS=-c 5\n"
	if got := toldOf(check(t, files, doctor.Options{})); got != "" {
		t.Error(got)
	}
}

func TestATimeThatAVariableSetsMayStandInAFileThatIsNotHere(t *testing.T) {
	const compose = "-- compose.yaml --\nservices:\n  w:\n    image: example/shop\n    restart: always\n    stop_grace_period: 60s\n"
	for rest, unknown := range map[string]bool{
		"    command: [good_job, start]\n    env_file: shop.env\n":                                                           true,
		"    command: [good_job, start, --shutdown-timeout=20]\n    env_file: shop.env\n":                                    false,
		"    command: [good_job, start]\n    env_file: shop.env\n    environment: {GOOD_JOB_SHUTDOWN_TIMEOUT: 20}\n":         false,
		"    command: [good_job, start]\n    env_file: [shop.env, here.env]\n-- here.env --\nGOOD_JOB_SHUTDOWN_TIMEOUT=20\n": false,
		"    command: [good_job, start]\n    env_file: [here.env, shop.env]\n-- here.env --\nGOOD_JOB_SHUTDOWN_TIMEOUT=20\n": true,
		"    command: [sidekiq]\n    env_file: shop.env\n":                                                                   false,
		"    command: [n8n, worker]\n    env_file: shop.env\n":                                                               true,
		"    command: [env, N8N_GRACEFUL_SHUTDOWN_TIMEOUT=20, n8n, worker]\n    env_file: shop.env\n":                        false,
		"    command: [n8n, worker]\n    env_file: shop.env\n-- shop.env --\nA=1\n":                                          false,
	} {
		if got := toldOf(check(t, compose+rest, doctor.Options{})); strings.Contains(got, unknownTime) != unknown || !unknown && got != "" {
			t.Errorf("%s\n%s", rest, got)
		}
	}
}

func TestWhatTheUserSaysStandsInForAFileOfVariablesThatIsNotHere(t *testing.T) {
	const files = "-- a.service --\n[Service]\nEnvironmentFile=/etc/default/x\nEnvironment=N8N_GRACEFUL_SHUTDOWN_TIMEOUT=9\nRestart=always\nTimeoutStopSec=60\nExecStart=/usr/bin/n8n worker\n"
	for _, o := range []doctor.Options{{}, {Timeout: 20e9}} {
		if got := toldOf(check(t, files, o)); strings.Contains(got, unknownTime) != (o.Timeout == 0) {
			t.Errorf("%v\n%s", o.Timeout, got)
		}
	}
}

func TestAConfigurationThatAsksAVariableOfAFileThatIsNotHereIsUnknown(t *testing.T) {
	const unit = "-- a.service --\n[Service]\nWorkingDirectory=/srv/a\nEnvironment=SIDEKIQ_TIMEOUT=20\nRestart=always\nTimeoutStopSec=60\nExecStart=/usr/bin/sidekiq\n%s-- config/sidekiq.yml --\n:timeout: <%%= ENV.fetch(\"SIDEKIQ_TIMEOUT\", 25) %%>\n"
	for file, unknown := range map[string]bool{"": false, "EnvironmentFile=/etc/default/x\n": true} {
		if got := toldOf(check(t, fmt.Sprintf(unit, file), doctor.Options{})); strings.Contains(got, unknownTime) != unknown || !unknown && got != "" {
			t.Errorf("%s\n%s", file, got)
		}
	}
}

func TestAContainerOfAUnitHasItsTimeFromItsOwnVariablesBeforeThoseOfAFile(t *testing.T) {
	const unit = "-- a.service --\n[Service]\nRestart=always\nTimeoutStopSec=60\nExecStart=/usr/bin/docker run --rm --env-file /etc/x.env %sexample/shop n8n worker\n"
	for set, unknown := range map[string]bool{"": true, "-e N8N_GRACEFUL_SHUTDOWN_TIMEOUT=20 ": false} {
		if got := toldOf(check(t, fmt.Sprintf(unit, set), doctor.Options{})); strings.Contains(got, unknownTime) != unknown || !unknown && got != "" {
			t.Errorf("%s\n%s", set, got)
		}
	}
}
