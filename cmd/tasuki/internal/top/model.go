package top

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// A Model is the live view: it looks every so often, and listens to keys.
type Model struct {
	Source  *Source
	Every   time.Duration
	Draw    View
	Context context.Context // of the looks

	snapshot *Snapshot
	paused   bool
	looking  bool
	round    int // looks so far
	size     tea.WindowSizeMsg
	// Interrupted says that Ctrl-C ended it.
	Interrupted bool
}

// looked is the end of a look.
type looked struct {
	snapshot *Snapshot
	err      error
}

// due says that it is time for the look after this round.
type due int

const help = "q quit · p pause · r refresh · ↑↓ scroll jobs"

// Init begins the first look.
func (m *Model) Init() tea.Cmd { return m.look() }

// look asks the store, one look at a time.
func (m *Model) look() tea.Cmd {
	if m.looking {
		return nil
	}
	m.looking = true
	return func() tea.Msg {
		s, err := m.Source.Look(m.Context)
		return looked{s, err}
	}
}

// Update takes what happened.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.size = msg
	case looked:
		m.looking = false
		if msg.err != nil {
			m.Draw.Error = "the store does not answer: " + msg.err.Error()
		} else {
			m.snapshot, m.Draw.Error = msg.snapshot, ""
		}
		m.round++
		round := m.round
		return m, tea.Tick(m.Every, func(time.Time) tea.Msg { return due(round) })
	case due:
		if m.paused || int(msg) != m.round { // p goes on; r was faster
			return m, nil
		}
		return m, m.look()
	case tea.KeyPressMsg:
		return m, m.key(msg.String())
	}
	return m, nil
}

func (m *Model) key(key string) tea.Cmd {
	switch key {
	case "q", "esc":
		return tea.Quit
	case "ctrl+c":
		m.Interrupted = true
		return tea.Quit
	case "ctrl+z":
		return tea.Suspend
	case "p", "space":
		if m.paused = !m.paused; !m.paused {
			return m.look()
		}
	case "r":
		return m.look()
	default:
		m.scroll(key)
	}
	return nil
}

// scroll moves the list of jobs.
func (m *Model) scroll(key string) {
	by := map[string]int{"up": -1, "k": -1, "down": 1, "j": 1, "pgup": -10, "pgdown": 10, "home": -mostRunning, "end": mostRunning}[key]
	most := 0
	if m.snapshot != nil {
		most = max(len(m.snapshot.Running)-1, 0)
	}
	m.Draw.Skip = min(max(m.Draw.Skip+by, 0), most)
}

// View is the screen.
func (m *Model) View() tea.View {
	v := tea.NewView(strings.Join(m.lines(), "\n"))
	v.AltScreen = true
	v.WindowTitle = "tasuki top"
	return v
}

func (m *Model) lines() []string {
	v := m.Draw
	v.Width, v.Height, v.Foot = m.size.Width, m.size.Height, help
	if v.Width <= 0 || v.Height <= 0 { // a terminal that does not say
		v.Width, v.Height = 80, 24
	}
	if m.paused {
		v.Foot = "paused · p goes on · q quit"
	}
	if m.snapshot == nil {
		return v.Waiting()
	}
	return v.Render(m.snapshot)
}
