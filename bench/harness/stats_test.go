package harness

import (
	"math"
	"testing"
)

func TestSummarizeAnswersTheMedianBetweenLeastAndGreatest(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   Summary
	}{
		{[]float64{7}, Summary{Median: 7, Min: 7, Max: 7, Runs: 1}},
		{[]float64{9, 1, 5}, Summary{Median: 5, Min: 1, Max: 9, Runs: 3}},
		{[]float64{4, 1, 2, 9}, Summary{Median: 3, Min: 1, Max: 9, Runs: 4}},
	} {
		if got := Summarize(c.values); got != c.want {
			t.Errorf("Summarize(%v) = %+v, want %+v", c.values, got, c.want)
		}
	}
}

func TestNothingMeasuredIsNoFigure(t *testing.T) {
	if s := Summarize(nil); !math.IsNaN(s.Median) || s.Runs != 0 {
		t.Errorf("a summary of nothing is %+v", s)
	}
	r := Result{Contest: &Contest{Rows: []Row{{Label: "a"}}, Runs: 1}, Samples: [][]Sample{{nil}}, Failed: make([]error, 1)}
	if _, err := r.Of("a", "rate"); err == nil {
		t.Error("a row without samples has a value")
	}
	if _, err := r.Ratio("a", "b", "rate"); err == nil {
		t.Error("a ratio to a row that is not there has a value")
	}
}

func TestQuantileLeavesTheStatedShareBelow(t *testing.T) {
	var v []float64
	for i := range 1000 {
		v = append(v, float64(i+1))
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 500, 0.99: 990, 1: 1000} {
		if got := quantile(v, q); got != want {
			t.Errorf("quantile %v of 1..1000 is %v, want %v", q, got, want)
		}
	}
}

func TestRatioComparesRunsOfOneRound(t *testing.T) {
	r := Result{Contest: &Contest{Rows: []Row{{Label: "a"}, {Label: "b"}}, Runs: 3}, Failed: make([]error, 2),
		Samples: [][]Sample{{{"rate": 10}, {"rate": 50}, nil}, {{"rate": 20}, {"rate": 25}, {"rate": 1}}}}
	got, err := r.Ratio("a", "b", "rate")
	if want := (Summary{Median: 1.25, Min: 0.5, Max: 2, Runs: 2}); err != nil || got != want {
		t.Errorf("ratio is %+v, %v, want %+v", got, err, want)
	}
}

func TestNumbersHaveTheirThousandsParted(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   string
	}{{0, 0, "0"}, {999, 0, "999"}, {1000, 0, "1,000"}, {1234567.891, 2, "1,234,567.89"}, {-1234, 0, "-1,234"}, {math.NaN(), 1, "–"}} {
		if got := number(c.v, c.digits); got != c.want {
			t.Errorf("number(%v, %d) = %q, want %q", c.v, c.digits, got, c.want)
		}
	}
}
