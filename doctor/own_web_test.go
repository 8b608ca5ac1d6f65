package doctor_test

import (
	"testing"

	"github.com/tasuki-jobs/tasuki/doctor"
)

// TestPumaHasAQueueOnlyWhereItsConfigurationTurnsThatOn: it would have too little time in 5 s.
func TestPumaHasAQueueOnlyWhereItsConfigurationTurnsThatOn(t *testing.T) {
	for _, c := range []struct{ name, puma, variables, want string }{
		{"always", "plugin :solid_queue\n", "", "S501"},
		{"by a variable", "plugin(:solid_queue) if ENV['Q']\n", "Q=1", "S501"},
		{"by a variable that is not set", "plugin :solid_queue if ENV['Q']\n", "X=1", ""},
		{"by fetch", "plugin :solid_queue if ENV.fetch(\"Q\", nil)\n", "Q=0", "S501"},
		{"in a block", "if ENV[\"Q\"]\n  plugin :solid_queue\nend\n", "Q=1", "S501"},
		{"in a block that is off", "if ENV[\"Q\"]\n  workers 2\n  plugin :solid_queue\nend\n", "", ""},
		{"while it is developed", "plugin :solid_queue if Rails.env.development?\n", "", ""},
		{"unless it is", "plugin :solid_queue unless Rails.env.development?\n", "", "S501"},
		{"in production", "plugin :solid_queue if ENV[\"RAILS_ENV\"].production?\n", "RAILS_ENV=production", "S501"},
		{"by what nobody here knows", "plugin :solid_queue if Settings.queue\n", "", ""},
		{"in a comment", "# plugin :solid_queue\nplugin :tmp_restart # plugin :solid_queue\n", "", ""},
		{"without a configuration, by the usual variable", "", "SOLID_QUEUE_IN_PUMA=true", "S501"},
		{"without either", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := "-- Gemfile --\ngem \"puma\"\n-- web.service --\n[Service]\nExecStart=/srv/shop/bin/puma\nEnvironment=" + c.variables + "\nKillMode=mixed\nTimeoutStopSec=5\nRestart=always\n"
			if c.puma != "" {
				files += "-- config/puma.rb --\n" + c.puma
			}
			if got := ids(check(t, files, doctor.Options{})); got != c.want {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}
