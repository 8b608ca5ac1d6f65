package worker_test

import (
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/worker"
)

// unresolved are words of which those with a $ or a quote have no value here.
func unresolved(line string) []deploy.Text {
	all := words(line)
	for i := range all {
		all[i].Open = strings.ContainsAny(all[i].Value, "$\"")
	}
	return all
}

func needs(t *testing.T, command string, c timeCase, told worker.Told) deploy.Figure {
	t.Helper()
	known := worker.Known{Named: []string{"work"}, Own: func(w []deploy.Text) (*worker.Found, bool) {
		kinds := map[string]*worker.Kind{"asynq": worker.Asynq, "river": worker.River, "faktory": worker.Faktory, "tasuki-own": worker.Tasuki, "bull": worker.BullMQ, "oban": worker.Oban}
		kind := kinds[w[0].Value]
		return &worker.Found{Kind: kind, Words: w}, kind != nil
	}}
	found, ok := known.Recognise(unresolved(command))
	if !ok {
		t.Fatalf("%s is no worker", command)
	}
	return found.Needs(c.place(), told)[0]
}

func TestATimeThatAWordMayHideIsNotTheDefault(t *testing.T) {
	for _, command := range []string{
		"sidekiq $OPTS", "sidekiq -C config/sidekiq.yml $OPTS", "sidekiq -t 25 $OPTS", "sidekiq \"$@\"", "sidekiq -v $X", "sidekiq -e $EXTRA_ARGS", "sidekiq -t $T", "sidekiq -t$T", "sidekiq --timeout=$T", "sidekiq -q a -$FLAG",
		"sidekiqswarm $OPTS", "good_job start $OPTS", "good_job start --enable-cron $X", "faktory-worker $OPTS", "dramatiq shop $OPTS", "php artisan queue:work $WHAT", "php artisan queue:work --once $X",
		"php artisan queue:work redis --tries=3 $OPTIONS", "tasuki-own $OPTS", "tasuki supervise $OPTS", "tasuki supervise $OPTS -- sidekiq",
	} {
		fig := needs(t, command, timeCase{}, worker.Told{})
		if fig.Open == "" || fig.Pos.Line != 1 || !strings.Contains(fig.String(), "$") {
			t.Errorf("%s: %s", command, fig)
		}
	}
}

func TestAWordThatHidesNothingLeavesTheTimeAsItIs(t *testing.T) {
	for command, want := range map[string]string{
		"sidekiq -c $CONCURRENCY -q $QUEUE": "25s", "sidekiq -c$N": "25s", "sidekiq --concurrency=$N": "25s", "sidekiq $OPTS -t 8": "8s", "sidekiq -e $RAILS_ENV": "25s", "faktory-worker -c $N": "25s",
		"dramatiq --processes $N shop": "10m0s", "php artisan queue:work --queue=$QUEUE": "1m0s", "php artisan queue:work $QUEUE_CONNECTION": "1m0s", "dramatiq $MODULE": "10m0s", "php artisan queue:work --queue $QUEUE": "1m0s", "tasuki supervise -t 9s -- sidekiq $OPTS": "9s",
		"good_job start --queues=$Q --max-threads $N --shutdown-timeout=9": "9s", "asynq $OPTS": "8s", "faktory $OPTS": "25s", "oban $OPTS": "15s",
		// these have no flag that sets a time
		"bin/jobs $OPTS": "5s", "rq worker $QUEUES": "endless", "celery -A shop worker $OPTS": "endless", "rake resque:work $OPTS": "endless", "bin/delayed_job run $OPTS": "endless", "river $OPTS": "endless", "que $OPTS": "endless", "work $OPTS": "endless",
	} {
		fig := needs(t, command, timeCase{}, worker.Told{})
		got := fig.Time.String()
		if fig.Endless {
			got = "endless"
		}
		if fig.Open != "" || got != want {
			t.Errorf("%s: %s, want %s", command, fig, want)
		}
	}
}

func TestAFileThatTheCommandNamesAndThatIsNotHereLeavesTheTimeUnknown(t *testing.T) {
	for command, env := range map[string]string{
		"sidekiq -C config/low.yml": "", "sidekiq --config=low.yml": "", "sidekiq -C $FILE": "", "faktory-worker -C low.yml": "", "faktory-worker --config $FILE": "", "graphile-worker -C conf/graphile.js": "",
		"tasuki supervise -f w.yml": "", "tasuki supervise --file=$FILE": "", "arq shop.work.Settings": "", "celery -A shop worker": "REMAP_SIGTERM=SIGQUIT", "celery --config shop.conf worker": "REMAP_SIGTERM=SIGQUIT",
	} {
		fig := needs(t, command, timeCase{env: env}, worker.Told{})
		if !strings.Contains(fig.Open, "which") || !strings.HasPrefix(fig.Open, "may stand in ") || fig.Pos.Line != 1 {
			t.Errorf("%s: %s", command, fig)
		}
	}
	if fig := needs(t, "sidekiq -C low.yml -t 9", timeCase{}, worker.Told{}); fig.Time != 9*time.Second || fig.Open != "" {
		t.Errorf("a flag beside the file: %s", fig)
	}
}

func TestTheUserSaysWhatNoFileResolves(t *testing.T) {
	for _, command := range []string{"sidekiq $OPTS", "sidekiq -t $T", "sidekiq -C low.yml", "bull"} {
		if fig := needs(t, command, timeCase{}, worker.Told{Timeout: 40 * time.Second}); fig.Open != "" || fig.Time != 40*time.Second {
			t.Errorf("%s: %s", command, fig)
		}
	}
}
