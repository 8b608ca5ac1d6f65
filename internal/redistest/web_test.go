//go:build unix

package redistest

import (
	"net/url"
	"strings"
	"testing"
)

// press presses a button and checks where that leads.
func press(t *testing.T, w *Web, path, button, about, leads string) {
	t.Helper()
	page, err := w.Press(t.Context(), path, button, about)
	if err != nil {
		t.Fatal(err)
	}
	if page.Status != 302 || !strings.HasSuffix(page.Location, leads) {
		t.Errorf("%s on %s: status %d, leads to %q: %s", button, path, page.Status, page.Location, page.Body)
	}
}

func TestEveryPageOfWebIsShown(t *testing.T) {
	db := Shared(t).DB(t)
	c := App{URL: db.URL(), Code: jobs}.Client(t)
	Eval[string](t, c, "NoteJob.perform_async('<b>é')")
	for path, text := range map[string]string{
		"/": "Dashboard", "/busy": "Processes", "/queues": "default", "/queues/default": "&lt;b&gt;é", "/retries": "No retries",
		"/scheduled": "No scheduled", "/morgue": "No dead", "/stats": `"enqueued":1`,
	} {
		page, err := c.Web().Get(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if page.Status != 200 || !strings.Contains(page.Body, text) {
			t.Errorf("%s: status %d, without %q", path, page.Status, text)
		}
	}
	if page, err := c.Web().Get(t.Context(), "/nowhere"); err != nil || page.Status != 404 {
		t.Errorf("%v, %v", page, err)
	}
}

func TestWebRefusesAFormWithAnotherToken(t *testing.T) {
	c := App{URL: Shared(t).DB(t).URL()}.Client(t)
	page, err := c.Web().Post(t.Context(), "/retries/all/delete", url.Values{"authenticity_token": {"bm8="}})
	if err != nil || page.Status != 403 {
		t.Errorf("%v, %v", page, err)
	}
	if page, err := c.Web().Post(t.Context(), "/retries/all/delete", nil); err != nil || page.Status != 302 {
		t.Errorf("%v, %v", page, err)
	}
}

func TestButtonsOfAProcessReachThatProcessAlone(t *testing.T) {
	db := Shared(t).DB(t)
	app := App{URL: db.URL(), Code: jobs, Flags: []string{"-c", "1"}}
	first, second, c := app.Sidekiq(t), app.Sidekiq(t), app.Client(t)
	press(t, c.Web(), "/busy", "quiet", second.Identity(), "/busy")
	press(t, c.Web(), "/busy", "stop", second.Identity(), "/busy")
	if got := Ask[[]string](t, db, "LRANGE", second.Identity()+"-signals", 0, -1); len(got) != 2 || got[0] != "TERM" || got[1] != "TSTP" {
		t.Errorf("%q", got)
	}
	if got := Ask[int64](t, db, "EXISTS", first.Identity()+"-signals"); got != 0 {
		t.Error("the other one hears it")
	}
}

func TestButtonsOfARetryActOnThatJob(t *testing.T) {
	db := Shared(t).DB(t)
	c := App{URL: db.URL(), Code: jobs}.Client(t)
	jids := Eval[[]string](t, c, `3.times.map do |i|
		jid = FailJob.perform_in(1000 + i)
		Sidekiq.redis { |r| r.zadd("retry", 1e9 + i, r.zpopmin("schedule").first) }
		jid
	end`)
	press(t, c.Web(), "/retries", "retry", jids[0], "/retries")
	press(t, c.Web(), "/retries", "kill", jids[1], "/retries")
	got := Eval[[][]string](t, c, "[Sidekiq::Queue.new, Sidekiq::DeadSet.new, Sidekiq::RetrySet.new].map { |set| set.map(&:jid) }")
	for i, name := range []string{"queue", "dead", "retry"} {
		if len(got[i]) != 1 || got[i][0] != jids[i] {
			t.Errorf("%s has %q of %q", name, got[i], jids)
		}
	}
	press(t, c.Web(), "/retries", "delete", "all/delete", "/retries")
	press(t, c.Web(), "/morgue", "retry", "all/retry", "/morgue")
	press(t, c.Web(), "/queues", "delete", "queues/default", "/queues")
	if keys := Ask[int64](t, db, "DBSIZE"); keys != 0 {
		t.Errorf("%q are left", Ask[[]string](t, db, "KEYS", "*"))
	}
}

func TestAButtonThatIsNotThereIsAnError(t *testing.T) {
	c := App{URL: Shared(t).DB(t).URL()}.Client(t)
	if _, err := c.Web().Press(t.Context(), "/retries", "retry", ""); err == nil || !strings.Contains(err.Error(), "no button") {
		t.Errorf("error %v", err)
	}
}
