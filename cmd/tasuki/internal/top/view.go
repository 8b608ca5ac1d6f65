package top

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tasuki-jobs/tasuki/cmd/tasuki/internal/text"
	"github.com/tasuki-jobs/tasuki/store"
)

// A View is how a snapshot is drawn.
type View struct {
	Store  string // what is looked at
	Width  int    // columns; 0: as many as there are
	Height int    // lines; 0: as many as there are
	Colour bool
	Skip   int    // so many jobs are scrolled off
	Foot   string // the last line; empty: none
	Error  string // why the snapshot is an old one
}

// Render draws a snapshot: lines that are never wider than Width, never more than
// Height.
func (v View) Render(s *Snapshot) []string {
	p := paint(v.Colour)
	lines := v.head(s, p)
	foot := []string{}
	if v.Foot != "" {
		foot = append(foot, p.on(dim, text.Cut(text.Plain(v.Foot), v.width())))
	}
	sections := []section{workersOf(s), queuesOf(s), v.jobsOf(s)}
	rooms := v.rooms(sections, len(lines)+len(foot)+2*len(sections))
	for i, sec := range sections {
		lines = append(lines, "")
		lines = append(lines, sec.lines(rooms[i], v.Width, p)...)
	}
	if v.Height > 0 {
		most := max(v.Height-len(foot), 0)
		lines = lines[:min(len(lines), most)]
		for len(lines) < most {
			lines = append(lines, "")
		}
		lines = append(lines, foot...)
		return lines[:min(len(lines), v.Height)]
	}
	return append(lines, foot...)
}

// Waiting is drawn before there is a snapshot.
func (v View) Waiting() []string {
	words := "looking …"
	if v.Error != "" {
		words = v.Error
	}
	return []string{text.Cut(text.Plain("tasuki top  "+v.Store), v.width()), text.Cut(text.Plain(words), v.width())}
}

func (v View) width() int { return widthOr(v.Width) }

// widthOr is a width to cut to, where 0 means not at all.
func widthOr(width int) int {
	if width <= 0 {
		return 1 << 20
	}
	return width
}

// head are the lines that are always there.
func (v View) head(s *Snapshot, p paint) []string {
	at := s.At.Local().Format("15:04:05")
	name := text.Cut("tasuki top  "+text.Plain(v.Store), v.width()-len(at)-2)
	title := name + "  " + at
	if v.Width > 0 {
		title = text.Left(name, v.Width-len(at)) + at
	}
	busy, slots, stuck := 0, 0, 0
	for i := range s.Workers {
		busy, slots, stuck = busy+s.Workers[i].Busy, slots+s.Workers[i].Slots, stuck+len(s.Workers[i].Stuck)
	}
	sums := []string{fmt.Sprintf("workers %d", len(s.Workers)), fmt.Sprintf("slots %d/%d", busy, slots)}
	if stuck > 0 {
		sums = append(sums, fmt.Sprintf("stuck %d", stuck))
	}
	for _, state := range []store.State{store.Running, store.Ready, store.Retry, store.Dead} {
		sums = append(sums, string(state)+" "+thousands(int64(s.count(state))))
	}
	rates := "done –/s · failed –/s"
	if s.Known {
		rates = fmt.Sprintf("done %s/s · failed %s/s", rate(s.Done), rate(s.Failed))
	}
	lines := []string{p.on(bold, text.Cut(title, v.width())), text.Cut(strings.Join(sums, " · "), v.width()), text.Cut(rates+deploys(s), v.width())}
	if v.Error != "" {
		lines = append(lines, p.on(red, text.Cut(text.Plain(v.Error), v.width())))
	}
	return lines
}

// deploys are the marks on one line, the newest first.
func deploys(s *Snapshot) string {
	if s.NoMarks != nil {
		return " · deploys cannot be read: " + text.Plain(s.NoMarks.Error())
	}
	var all strings.Builder
	for _, m := range s.Marks {
		fmt.Fprintf(&all, " · deploy %s %s ago", text.Plain(m.Label), span(s.At.Sub(m.At)))
	}
	return all.String()
}

// rooms says how many rows each section gets: what it wants, or a fair share of
// what there is, of which jobs count twice.
func (v View) rooms(sections []section, taken int) []int {
	rooms := make([]int, len(sections))
	left := v.Height - taken
	for more := true; more; {
		more = false
		for i := range slices.Backward(sections) { // jobs first
			for range sections[i].weight {
				if (v.Height == 0 || left > 0) && rooms[i] < sections[i].wants() {
					rooms[i]++
					left--
					more = true
				}
			}
		}
	}
	return rooms
}

// A section is one grid with a note where it has no rows.
type section struct {
	grid
	weight int
	none   string
	skip   int // rows scrolled off
}

func (s *section) wants() int { return max(len(s.rows), 1) }

// lines are the section's head and as many rows as it has room for. What is cut
// off is counted in the last one.
func (s section) lines(room, width int, p paint) []string {
	if len(s.rows) == 0 {
		return []string{p.on(bold, text.Cut(s.columns[0].name, widthOr(width))), text.Cut(s.none, widthOr(width))}
	}
	rows := s.rows
	s.skip = max(min(s.skip, len(rows)-room), 0)
	if s.rows = rows[s.skip:]; room < len(s.rows) {
		s.rows = s.rows[:max(room-1, 0)]
	}
	lines := s.grid.lines(width, p)
	if hidden := len(rows) - s.skip - len(s.rows); hidden > 0 && room > 0 {
		more := fmt.Sprintf("… and %s more", thousands(int64(hidden)))
		if s.skip > 0 {
			more = fmt.Sprintf("… %s above, %s more", thousands(int64(s.skip)), thousands(int64(hidden)))
		}
		lines = append(lines, p.on(dim, text.Cut(more, widthOr(width))))
	}
	return lines
}
