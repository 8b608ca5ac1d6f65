package top

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/tasuki-jobs/tasuki/store"
)

// A fake store answers what the test says.
type fake struct {
	stats   store.Stats
	running int
	err     error
	looks   int
}

func (f *fake) Stats(context.Context) (store.Stats, error) {
	f.looks++
	return f.stats, f.err
}

func (f *fake) List(_ context.Context, req store.ListRequest) (store.Page, error) {
	if len(req.States) != 1 || req.States[0] != store.Running {
		return store.Page{}, errors.New("not asked for running jobs")
	}
	return store.Page{Jobs: busy(f.running).Running}, nil
}

func (*fake) Workers(context.Context, store.WorkersRequest) ([]store.Worker, error) {
	return busy(0).Workers, nil
}

func TestRatesAreWhatHappenedASecondSinceTheLookBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{stats: store.Stats{Done: 100, Failed: 7}}
		s := &Source{Store: f}
		first, err := s.Look(t.Context())
		if err != nil || first.Known {
			t.Fatalf("the first look: %+v, %v", first, err)
		}
		<-time.After(4 * time.Second)
		f.stats = store.Stats{Done: 300, Failed: 8}
		second, err := s.Look(t.Context())
		if err != nil || !second.Known || second.Done != 50 || second.Failed != 0.25 {
			t.Errorf("the second look: %+v, %v", second, err)
		}
	})
}

func TestTheLongestRunningJobComesFirst(t *testing.T) {
	s, err := (&Source{Store: &fake{running: 9}}).Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(s.Running); i++ {
		if s.Running[i].ClaimedAt.Before(s.Running[i-1].ClaimedAt) {
			t.Errorf("job %d began before the one above", i)
		}
	}
}

// model is one that has looked once.
func model(t *testing.T, f *fake) *Model {
	t.Helper()
	m := &Model{Source: &Source{Store: f}, Every: time.Second, Context: t.Context()}
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	m.Update(m.Init()())
	return m
}

func press(m *Model, code rune) tea.Cmd {
	_, cmd := m.Update(tea.KeyPressMsg{Code: code, Text: string(code)})
	return cmd
}

func TestItLooksAgainWhenItIsTimeAndNotWhilePaused(t *testing.T) {
	f := &fake{running: 3}
	m := model(t, f)
	_, cmd := m.Update(due(m.round))
	if cmd == nil {
		t.Fatal("it does not look when it is time")
	}
	m.Update(cmd())
	if f.looks != 2 {
		t.Fatalf("%d looks, want 2", f.looks)
	}
	press(m, 'p')
	if _, cmd := m.Update(due(m.round)); cmd != nil {
		t.Error("it looks while it is paused")
	}
	if !strings.Contains(show(m.lines()), "paused · p goes on") {
		t.Error("it does not say that it is paused")
	}
	if press(m, 'p') == nil {
		t.Error("it does not look when it goes on")
	}
}

func TestALookThatIsUnderWayIsNotDoubled(t *testing.T) {
	m := model(t, &fake{})
	if press(m, 'r') == nil {
		t.Fatal("r does not look")
	}
	if press(m, 'r') != nil {
		t.Error("a second r looks beside the first")
	}
	if _, cmd := m.Update(due(m.round)); cmd != nil {
		t.Error("the clock looks beside r")
	}
}

func TestAnExtraLookDoesNotMakeTheClockTickTwice(t *testing.T) {
	m := model(t, &fake{})
	old := m.round
	m.Update(press(m, 'r')())
	if _, cmd := m.Update(due(old)); cmd != nil {
		t.Error("the clock of the look before r still goes")
	}
	if _, cmd := m.Update(due(m.round)); cmd == nil {
		t.Error("the clock of r does not go")
	}
}

func TestWhatWasSeenStaysWhileTheStoreIsAway(t *testing.T) {
	f := &fake{running: 3}
	m := model(t, f)
	f.err = errors.New("disk on fire")
	m.Update(press(m, 'r')())
	if out := show(m.lines()); !strings.Contains(out, "the store does not answer: count jobs: disk on fire") || countJobs(out) == 0 {
		t.Error(out)
	}
	f.err = nil
	m.Update(press(m, 'r')())
	if out := show(m.lines()); strings.Contains(out, "fire") {
		t.Error(out)
	}
}

func TestBeforeTheFirstLookItSaysSo(t *testing.T) {
	m := &Model{Draw: View{Store: "jobs.db"}}
	if out := show(m.lines()); !strings.Contains(out, "looking …") {
		t.Error(out)
	}
}

func TestATerminalWithoutASizeIsTakenFor80By24(t *testing.T) {
	m := model(t, &fake{running: 100})
	m.Update(tea.WindowSizeMsg{})
	if got := len(m.lines()); got != 24 {
		t.Errorf("%d lines", got)
	}
}

func TestKeysEndIt(t *testing.T) {
	m := model(t, &fake{})
	for _, key := range []tea.KeyPressMsg{{Code: 'q', Text: "q"}, {Code: tea.KeyEscape}, {Code: 'c', Mod: tea.ModCtrl}} {
		_, cmd := m.Update(key)
		if cmd == nil {
			t.Fatalf("%s does nothing", key)
		}
		if _, ok := cmd().(tea.QuitMsg); !ok {
			t.Errorf("%s does not quit", key)
		}
		if want := key.String() == "ctrl+c"; m.Interrupted != want {
			t.Errorf("%s: interrupted is %v", key, m.Interrupted)
		}
	}
}

func TestArrowsScrollTheJobsAndNoFarther(t *testing.T) {
	m := model(t, &fake{running: 30})
	for _, step := range []struct {
		key  rune
		want int
	}{{tea.KeyUp, 0}, {tea.KeyDown, 1}, {tea.KeyPgDown, 11}, {tea.KeyEnd, 29}, {tea.KeyDown, 29}, {tea.KeyPgUp, 19}, {tea.KeyHome, 0}} {
		m.Update(tea.KeyPressMsg{Code: step.key})
		if m.Draw.Skip != step.want {
			t.Errorf("after %s %d are scrolled off, want %d", tea.KeyPressMsg{Code: step.key}, m.Draw.Skip, step.want)
		}
	}
}

// badMarks is a store whose marks cannot be read.
type badMarks struct{ store.Marker }

func (badMarks) Marks(context.Context, int) ([]store.Mark, error) { return nil, errors.New("no marks") }

func TestALookIsWorthSomethingWithoutTheMarks(t *testing.T) {
	s, err := (&Source{Store: &fake{running: 3}, Marks: badMarks{}}).Look(t.Context())
	if err != nil || len(s.Running) != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	if screen := strings.Join(View{}.Render(s), "\n"); !strings.Contains(screen, "deploys cannot be read: no marks") {
		t.Errorf("the screen does not say so:\n%s", screen)
	}
}
