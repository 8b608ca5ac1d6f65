package redis

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/storetest"
)

// TestTheRightsThatAHintNamesAreEnough for all that the contract asks.
func TestTheRightsThatAHintNamesAreEnough(t *testing.T) {
	server := redistest.Own(t, redistest.Options{Users: []string{"worker on >secret " + rights}})
	entered := func(t *testing.T, db *redistest.DB) *Store {
		s, err := Open(t.Context(), fmt.Sprintf("redis://worker:secret@%s/%d", server.Addr(), db.Number), Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	storetest.Run(t, storetest.Harness{New: func(t *testing.T) storetest.Subject {
		db := server.DB(t)
		all := []*Store{entered(t, db)}
		return storetest.Subject{
			Store: all[0],
			Advance: func(d time.Duration) {
				for _, s := range all {
					s.ahead.Add(d.Microseconds())
				}
			},
			Reopen: func(t *testing.T) store.Store {
				other := entered(t, db)
				other.ahead.Store(all[0].ahead.Load())
				all = append(all, other)
				return other
			},
			SetFormat: func(t *testing.T, id string, format int) { setFormat(t, all[0], id, format) },
		}
	}})
	s, woken := entered(t, server.DB(t)), make(chan struct{}, 10)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Listen(ctx, []string{"default"}, func() { woken <- struct{}{} }) }()
	select {
	case <-woken:
	case err := <-ended:
		t.Error(err)
	}
}

// TestAnErrorsCodeIsFoundInWhatEachVersionSays: what those before 7 say of scripts is
// written down here as they do.
func TestAnErrorsCodeIsFoundInWhatEachVersionSays(t *testing.T) {
	for text, want := range map[string]string{
		"READONLY You can't write against a read only replica. script: 6b1b, on @user_script:12.":                                                 "READONLY",
		"Error running script (call to f_6b1b): @user_script:12: -READONLY You can't write against a read only replica.":                          "READONLY",
		"Error running script (call to f_6b1b): @user_script: 12: -OOM command not allowed when used memory > 'maxmemory'.":                       "OOM",
		"Error running script (call to f_6b1b): @user_script:7: WRONGTYPE Operation against a key holding the wrong kind of value":                "WRONGTYPE",
		"WRONGTYPE Operation against a key holding the wrong kind of value script: 6b1b, on @user_script:7.":                                      "WRONGTYPE",
		"Error running script (call to f_6b1b): @user_script:4: The user executing the script can't run this command or subcommand":               "NOPERM",
		"The user executing the script can't access at least one of the keys mentioned in the command arguments script: 6b1b, on @user_script:3.": "NOPERM",
		"Error running script (call to f_6b1b): @user_script:4: user_script:4: attempt to index a nil value":                                      "ERR",
		"unknown command 'X'": "ERR",
	} {
		s := opening(t, text)
		if got := code(fmt.Errorf("around: %w", s)); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if got := code(errors.New("READONLY is not from the server")); got != "" {
		t.Errorf("another error is %q", got)
	}
	if got := code(rueidis.Nil); got != "" {
		t.Errorf("nil is %q", got)
	}
}

// opening is an error as the client makes it of what a server answers.
func opening(t *testing.T, text string) error {
	t.Helper()
	server := redistest.Shared(t).DB(t)
	s := open(t, server)
	err := s.client.Do(t.Context(), s.client.B().Eval().Script("return redis.error_reply(ARGV[1])").Numkeys(0).Arg("-"+text).Build()).Error()
	if err == nil {
		t.Fatal("no error")
	}
	return err
}
