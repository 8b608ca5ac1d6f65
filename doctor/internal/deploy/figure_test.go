package deploy

import (
	"testing"
	"time"
)

func sum(need, less []Figure, grace Figure) *Sum { return &Sum{Need: need, Less: less, Grace: grace} }

func TestASumSaysWhatIsKnown(t *testing.T) {
	s := func(n int) Figure { return Figure{Time: time.Duration(n) * time.Second, What: "f"} }
	open, endless := Figure{What: "x", Open: "is not known"}, Figure{What: "drain", Endless: true}
	forever := Figure{What: "grace", Endless: true}
	for _, c := range []struct {
		name          string
		sum           *Sum
		holds, breaks bool
		open          bool
		text          string
	}{
		{"enough", sum([]Figure{s(25), s(3)}, nil, s(30)), true, false, false, "25 f + 3 f = 28 ≤ 30 f"},
		{"too little", sum([]Figure{s(25), s(3)}, []Figure{s(5)}, s(30)), false, true, false, "25 f + 3 f + 5 f = 33 > 30 f"},
		{"not known", sum([]Figure{open, s(3)}, nil, s(30)), false, false, true, "? x + 3 f ? 30 f"},
		{"what is known is too much already", sum([]Figure{s(60)}, []Figure{open}, s(30)), false, true, true, "60 f + ? x = 60 > 30 f"},
		{"a drain without an end", sum([]Figure{endless, s(2)}, nil, s(30)), false, false, true, "∞ drain + 2 f ? 30 f"},
		{"a grace without an end is enough for anything", sum([]Figure{endless, open}, nil, forever), true, false, false, "∞ drain + ? x ≤ ∞ grace"},
		{"a grace that is not known", sum([]Figure{s(60)}, nil, open), false, false, true, "60 f ? ? x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.sum.Holds() != c.holds || c.sum.Breaks() != c.breaks || (c.sum.Open() != "") != c.open || c.sum.String() != c.text {
				t.Errorf("holds %v, breaks %v, open %q: %s", c.sum.Holds(), c.sum.Breaks(), c.sum.Open(), c.sum)
			}
		})
	}
}
