//go:build unix

package redistest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// hasRuby skips a test that needs Sidekiq.
func hasRuby(t *testing.T) {
	t.Helper()
	given(t, 0, (&App{}).missing())
}

func TestARubyProgramHasTheServerItsArgumentsAndSidekiq(t *testing.T) {
	db := Shared(t).DB(t)
	app := App{URL: db.URL(), Env: []string{"MORE=é"}, Code: `
		Sidekiq.redis { |r| r.set("k", ARGV.join(",")) }
		print Sidekiq::VERSION[0], ENV["MORE"], Sidekiq::Queue.new.size`}
	if got := app.Ruby(t, "a", "b c"); got != "6é0" {
		t.Errorf("%q", got)
	}
	if got := Ask[string](t, db, "GET", "k"); got != "a,b c" {
		t.Errorf("%q", got)
	}
}

func TestRubyReachesAServerWithTLSByItsCertificate(t *testing.T) {
	s := Own(t, Options{TLS: true, ClientCertificate: true})
	code := `
		tls = {ca_file: ENV["CA"], cert: OpenSSL::X509::Certificate.new(File.read(ENV["CERT"])), key: OpenSSL::PKey.read(File.read(ENV["KEY"]))}
		Sidekiq.configure_client { |config| config.redis = {ssl_params: tls} }
		print Sidekiq.redis(&:ping)`
	of := s.Certificate()
	app := App{URL: s.URL(0), Code: code, Env: []string{"CA=" + of.CA, "CERT=" + of.Cert, "KEY=" + of.Key}}
	if got := app.Ruby(t); got != "PONG" {
		t.Errorf("%q", got)
	}
}

func TestAFailureOfRubySaysWhatItWas(t *testing.T) {
	hasRuby(t)
	_, err := App{Code: `raise "no luck"`}.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no luck") {
		t.Errorf("error %v", err)
	}
}

func TestAProgramThatNeverEndsEndsWithItsContext(t *testing.T) {
	hasRuby(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := (App{Code: "sleep"}).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestAClientKeepsWhatItWasTold(t *testing.T) {
	c := App{Code: "class Known; end"}.Client(t)
	if err := c.Call(t.Context(), nil, "$n = args[0]; class Told < Known; end"); err != nil {
		t.Fatal(err)
	}
	for want := range 3 {
		if got := Eval[string](t, c, "$n = args[0]; puts 'noise'; [Told.superclass, $n].join(' ')", want); got != fmt.Sprint("Known ", want) {
			t.Errorf("%q", got)
		}
	}
	if !strings.Contains(c.Log(), "noise") {
		t.Errorf("log %q", c.Log())
	}
}

func TestNumbersAndTextsCrossToRubyAndBackAsTheyAre(t *testing.T) {
	c := App{}.Client(t)
	const text = `[12345678901234567890,1.0,"<é\u0000\n/>",null,{"k":[true]}]`
	if got := Eval[json.RawMessage](t, c, "args[0]", json.RawMessage(text)); string(got) != text {
		t.Errorf("%s", got)
	}
}

func TestAnExceptionIsAnErrorAndTheClientGoesOn(t *testing.T) {
	c := App{}.Client(t)
	for code, class := range map[string]string{
		`raise ArgumentError, "bad \xff"`: "ArgumentError",
		"1 +":                             "SyntaxError",
		"exit":                            "SystemExit",
		"Float::NAN":                      "JSON::GeneratorError",
	} {
		err := c.Call(t.Context(), nil, code)
		if ruby, is := errors.AsType[*RubyError](err); !is || ruby.Class != class {
			t.Errorf("%s: %v", code, err)
		}
	}
	if got := Eval[int](t, c, "1 + 1"); got != 2 {
		t.Error(got)
	}
}

func TestACodeThatDoesNotLoadIsAnError(t *testing.T) {
	hasRuby(t)
	for what, start := range map[string]func(context.Context, App) error{
		"client":  func(ctx context.Context, a App) error { _, err := StartClient(ctx, a); return err },
		"sidekiq": func(ctx context.Context, a App) error { _, err := StartSidekiq(ctx, a); return err },
	} {
		if err := start(t.Context(), App{URL: Shared(t).URL(0), Code: `raise "no luck"`}); err == nil || !strings.Contains(err.Error(), "no luck") {
			t.Errorf("%s: error %v", what, err)
		}
	}
}

func TestACallThatNeverEndsEndsWithItsContext(t *testing.T) {
	c := App{}.Client(t)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := c.Call(ctx, nil, "sleep"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if err := c.Call(t.Context(), nil, "1"); err == nil {
		t.Error("a killed process answers")
	}
}

// jobs are those of the tests here.
const jobs = `
class NoteJob
  include Sidekiq::Worker
  def perform(*args) = Sidekiq.redis { |r| r.rpush("notes", args.join(",")) }
end
class FailJob
  include Sidekiq::Worker
  def perform = raise("no luck")
end
class LongJob
  include Sidekiq::Worker
  def perform
    logger.info "it runs"
    sleep
  end
end
`

// notes waits for what NoteJob wrote.
func notes(t *testing.T, db *DB, want ...string) {
	t.Helper()
	var got []string
	eventually(t, fmt.Sprintf("notes are %q", want), func() bool {
		got = Ask[[]string](t, db, "LRANGE", "notes", 0, -1)
		return len(got) >= len(want)
	})
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%q", got)
	}
}

func TestAWorkerProcessRunsWhatAClientPushes(t *testing.T) {
	db := Shared(t).DB(t)
	app := App{URL: db.URL(), Code: jobs, Flags: []string{"-c", "1", "-q", "low"}}
	w, c := app.Sidekiq(t), app.Client(t)
	if got := Eval[[]string](t, c, "Sidekiq::ProcessSet.new.map { |p| p['identity'] }"); len(got) != 1 || got[0] != w.Identity() {
		t.Errorf("processes %q, it is %q", got, w.Identity())
	}
	if err := c.Call(t.Context(), nil, "NoteJob.set(queue: 'low').perform_async(*args)", 1, "two"); err != nil {
		t.Fatal(err)
	}
	notes(t, db, "1,two")
	if err := w.Says(t.Context(), "NoteJob"); err != nil {
		t.Error(err)
	}
}

func TestASidekiqEndsByASignalWithItsCode(t *testing.T) {
	db := Shared(t).DB(t)
	for how, want := range map[syscall.Signal]int{syscall.SIGTERM: 0, syscall.SIGKILL: -1} {
		w := App{URL: db.URL(), Code: jobs, Flags: []string{"-t", "1"}}.Sidekiq(t)
		if err := w.Signal(syscall.SIGTSTP); err != nil {
			t.Fatal(err)
		}
		if err := w.Says(t.Context(), "Received TSTP"); err != nil {
			t.Error(err)
		}
		if err := w.Signal(how); err != nil {
			t.Fatal(err)
		}
		if code, err := w.Wait(t.Context()); code != want || err != nil {
			t.Errorf("%v: %d, %v", how, code, err)
		}
		if err := w.Says(t.Context(), "never said"); !errors.Is(err, errExited) {
			t.Errorf("error %v", err)
		}
	}
}

func TestAKilledSidekiqIsGoneAndWithItTheJobThatItHadTaken(t *testing.T) {
	db := Shared(t).DB(t)
	app := App{URL: db.URL(), Code: jobs}
	w, c := app.Sidekiq(t), app.Client(t)
	Eval[string](t, c, "LongJob.perform_async")
	if err := w.Says(t.Context(), "it runs"); err != nil {
		t.Fatal(err)
	}
	if err := w.Kill(); err != nil {
		t.Fatal(err)
	}
	if !w.process.ended() {
		t.Error("it is still there")
	}
	if size := Eval[int](t, c, "Sidekiq::Queue.new.size"); size != 0 {
		t.Errorf("%d in the queue", size)
	}
}

func TestEagerPollingRunsWhatIsDueAtOnce(t *testing.T) {
	db := Shared(t).DB(t)
	app := App{URL: db.URL(), Code: jobs + EagerPolling}
	app.Sidekiq(t)
	begun := time.Now()
	Eval[string](t, app.Client(t), "NoteJob.perform_in(0.2, 'late')")
	notes(t, db, "late")
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestRailsPerformsAnActiveJobOnSidekiq(t *testing.T) {
	db := Shared(t).DB(t)
	app := App{URL: db.URL(), Flags: []string{"-q", "mailers"}, Code: Rails + `
class Person
  include GlobalID::Identification
  attr_reader :id
  def initialize(id) = @id = id
  def self.find(id) = new(id)
end
class GreetJob < ActiveJob::Base
  queue_as :mailers
  def perform(person, at, loud: false)
    Sidekiq.redis { |r| r.rpush("notes", [person.class, person.id, at.class, loud].join(",")) }
  end
end`}
	app.Sidekiq(t)
	c := app.Client(t)
	Eval[any](t, c, "GreetJob.perform_later(Person.new(7), Time.now, loud: true); nil")
	notes(t, db, "Person,7,Time,true")
}

func TestARubyProcessThatIsStoppedLeavesNothing(t *testing.T) {
	c := App{}.Client(t)
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if !gone(c.home.folder, c.process.pid()) {
		t.Error("there is still a process or a folder")
	}
	if _, err := os.Stat(c.home.folder); err == nil {
		t.Error("there is still a folder")
	}
}
