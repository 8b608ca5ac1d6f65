package source_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/tasuki-jobs/tasuki/source"
)

func TestAKeysetComesBackFromJSONAsItWas(t *testing.T) {
	for _, v := range []any{
		int64(0), int64(5), int64(1<<53 + 1), int64(math.MinInt64), int64(math.MaxInt64), uint64(math.MaxInt64 + 1), uint64(math.MaxUint64),
		0.1, 1.0, math.Inf(-1), math.SmallestNonzeroFloat64, true, false,
		"", "a", "<&>\"\\", "\x00\x7f", "é\u2028", "\xff", []byte{}, []byte("\x00\xff"),
		time.Date(2024, 2, 29, 1, 2, 3, 4, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 1, time.FixedZone("", -5*3600)),
	} {
		in := source.Keyset{{Term: "a \"b\" desc", Value: v}, {Term: "id", Value: int64(1)}}
		raw, err := json.Marshal(in)
		if err != nil {
			t.Errorf("%v: %v", v, err)
			continue
		}
		var out source.Keyset
		if err := json.Unmarshal(raw, &out); err != nil || len(out) != 2 || out[0].Term != in[0].Term {
			t.Errorf("%s comes back as %v, %v", raw, out, err)
			continue
		}
		got := out[0].Value
		if when, ok := v.(time.Time); ok {
			if !when.Equal(got.(time.Time)) || when.Format(time.RFC3339Nano) != got.(time.Time).Format(time.RFC3339Nano) {
				t.Errorf("%s comes back as %v", raw, got)
			}
			continue
		}
		if !reflect.DeepEqual(got, v) {
			t.Errorf("%s comes back as %T %v, was %T", raw, got, got, v)
		}
	}
}

func TestAValueThatCannotBeAKeyIsRefused(t *testing.T) {
	if raw, err := json.Marshal(source.Keyset{{Term: "k", Value: []int{1}}}); err == nil {
		t.Errorf("it became %s", raw)
	}
}

func TestTheStartIsNoKeyset(t *testing.T) {
	raw, err := json.Marshal(source.Keyset(nil))
	var k source.Keyset
	if err := json.Unmarshal([]byte("null"), &k); string(raw) != "null" || k != nil || err != nil {
		t.Errorf("%s, %v, %v", raw, k, err)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestADescendingKeyComparesTheOtherWayRound(t *testing.T) {
	compare := source.Table[int]{}.Rows().Compare
	a, b := source.Keyset{{Term: "k desc", Value: uint64(math.MaxUint64)}}, source.Keyset{{Term: "k desc", Value: uint64(math.MaxUint64 - 1)}}
	if compare(b, a) <= 0 || compare(a, b) >= 0 || compare(a, a) != 0 {
		t.Errorf("they compare as %d, %d, %d", compare(b, a), compare(a, b), compare(a, a))
	}
}
