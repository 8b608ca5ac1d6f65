//go:build unix

package redistest

import (
	"errors"
	"reflect"
	"testing"
)

func TestADatabaseIsOneTestsOwnAndEmptyAfterIt(t *testing.T) {
	s := Shared(t)
	var first *DB
	t.Run("first", func(t *testing.T) {
		first = s.DB(t)
		Ask[string](t, first, "SET", "k", "v")
		if second := s.DB(t); second.Number == first.Number || Ask[string](t, second, "GET", "k") != "" {
			t.Errorf("both are %d", first.Number)
		}
	})
	if left := Ask[int64](t, first, "DBSIZE"); left != 0 {
		t.Errorf("%d keys are left", left)
	}
}

func TestNumbersOfDatabasesComeAgainOnlyWhenAllWereUsed(t *testing.T) {
	var n numbers
	seen := map[int]bool{}
	for range databases - 1 {
		number, err := n.take()
		if err != nil || number < 1 || number >= databases || seen[number] {
			t.Fatal(number, err)
		}
		seen[number] = true
	}
	if number, err := n.take(); err == nil {
		t.Errorf("%d is taken twice", number)
	}
	n.give(17)
	if number, err := n.take(); number != 17 || err != nil {
		t.Error(number, err)
	}
}

func TestRepliesOfAllKindsAreRead(t *testing.T) {
	db := Shared(t).DB(t)
	script := `return {1, 'two\r\n', {false, {}}, redis.status_reply('OK'), redis.error_reply('BAD luck')}`
	got, err := db.Exec(t.Context(), "EVAL", script, 0)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{int64(1), "two\r\n", []any{nil, []any{}}, "OK", ReplyError("BAD luck")}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
	if _, err := db.Exec(t.Context(), "NOSUCH"); err == nil {
		t.Error("no error")
	} else if _, is := errors.AsType[ReplyError](err); !is {
		t.Errorf("%T", err)
	}
}

func TestAMonitorSeesWhatWasExecutedAsItWasSent(t *testing.T) {
	db := Shared(t).DB(t)
	m := db.Server.Monitor(t)
	for range 2 { // a second call goes on where the first ended
		text := "\"q\" \\ é \x00\r\n\a"
		Ask[string](t, db, "SET", "k", []byte(text))
		if _, err := db.Exec(t.Context(), "EVAL", "return redis.call('get', KEYS[1])", 1, "k"); err != nil {
			t.Fatal(err)
		}
		seen, err := m.Commands(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var mine [][]string
		for _, c := range seen {
			if c.DB == db.Number && c.Args[0] != "SELECT" {
				mine = append(mine, append([]string{map[bool]string{true: "lua"}[c.From == "lua"]}, c.Args...))
			}
		}
		want := [][]string{{"", "SET", "k", text}, {"", "EVAL", "return redis.call('get', KEYS[1])", "1", "k"}, {"lua", "get", "k"}}
		if !reflect.DeepEqual(mine, want) {
			t.Errorf("%q", mine)
		}
	}
}

func TestWithoutRedisATestIsSkipped(t *testing.T) {
	var w witness
	given(&w, 0, ErrMissing)
	if !w.skipped {
		t.Error("it runs")
	}
}

// A witness takes down whether a test was skipped.
type witness struct {
	testing.TB
	skipped bool
}

func (w *witness) Helper()               {}
func (w *witness) Skip(args ...any)      { w.skipped = true }
func (w *witness) Fatalf(string, ...any) {}
