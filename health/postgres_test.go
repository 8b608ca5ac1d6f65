package health_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
	"github.com/tasuki-jobs/tasuki/store/postgres"
)

func TestAWorkerIsReadyAsLongAsItsPostgreSQLAnswers(t *testing.T) {
	server := pgtest.Own(t, pgtest.Options{})
	st, err := postgres.Open(t.Context(), server.DSN("postgres"), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w, err := tasuki.New(st, tasuki.Config{Beat: 200 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, w).URL
	if why := until(t, url+"/readyz", 503); why != "not started\n" {
		t.Errorf("before the start: %q", why)
	}
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Stop(context.Background()) })
	until(t, url+"/readyz", 200)
	for _, away := range []struct {
		what        string
		goes, comes func() error
	}{
		{"frozen", server.Pause, server.Resume},
		{"restarted", server.Kill, func() error { return server.Restart(context.Background()) }},
	} {
		if err := away.goes(); err != nil {
			t.Fatal(err)
		}
		if why := until(t, url+"/readyz", 503); !strings.Contains(why, "the store answered no beat for") {
			t.Errorf("%s: %q", away.what, why)
		}
		until(t, url+"/livez", 200)
		if err := away.comes(); err != nil {
			t.Fatal(err)
		}
		until(t, url+"/readyz", 200)
	}
	if err := w.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if why := until(t, url+"/readyz", 503); why != "ended\n" {
		t.Errorf("after the stop: %q", why)
	}
}
