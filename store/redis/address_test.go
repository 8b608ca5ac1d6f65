package redis

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

func TestABadAddressIsRefusedWithAHintAndWithoutItsPassword(t *testing.T) {
	for _, address := range []string{
		"redis://ada:sec%zzret@127.0.0.1:6379/0", "redis://ada:secret@127.0.0.1:port/0", "redis://ada:secret@127.0.0.1:6379/zero",
		"redis://ada:secret@127.0.0.1:6379/0/1", "redis://ada:secret@127.0.0.1:6379?db=zero", "redis:ada:secret@127.0.0.1:6379", "http://ada:secret@127.0.0.1", "",
	} {
		_, err := Open(t.Context(), address, Options{})
		if !errors.Is(err, store.ErrInvalid) || !strings.Contains(fmt.Sprint(err), "(hint: ") || strings.Contains(fmt.Sprint(err), "ret") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestWhatCannotBeReachedIsSaidWithAHint(t *testing.T) {
	plain, secure := redistest.Shared(t), redistest.Own(t, redistest.Options{TLS: true})
	for address, hint := range map[string]string{
		"redis://127.0.0.1:1":                   "is the server running",
		"unix:///nosuch/socket":                 "is the server running",
		"redis://" + secure.Addr():              "rediss://",
		"rediss://" + secure.Addr():             "SSL_CERT_FILE",
		plain.URL(0) + "?master_set=m":          "this is no Sentinel",
		plain.URL(999999):                       "the database",
		"redis://127.0.0.1:1?master_set=tasuki": "is the server running",
	} {
		if _, err := Open(t.Context(), address, Options{}); err == nil || !regexp.MustCompile(`\(hint: .*`+hint).MatchString(err.Error()) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAServerIsFoundBySentinelsThatAskForAPassword(t *testing.T) {
	of := redistest.OwnSentinels(t, redistest.SentinelOptions{Password: "one", SentinelPassword: "two"})
	address := "redis://:one@" + of.Addrs()[0] + "?" + url.Values{"master_set": {redistest.MasterName}, "sentinel_password": {"two"}, "addr": of.Addrs()[1:]}.Encode()
	s, err := Open(t.Context(), address, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	enqueue(t, s, store.Job{ID: "a", Kind: "GoJob"})
	if n, err := of.Servers[0].Exec(t.Context(), "LLEN", "queue:default"); err != nil || n != int64(1) {
		t.Errorf("the master has %v jobs, %v", n, err)
	}
	for wrong, hint := range map[string]string{"sentinel_password=three": "password", "master_set=other": "sentinel monitor"} {
		name, _, _ := strings.Cut(wrong, "=")
		_, err := Open(t.Context(), regexp.MustCompile(name+"=[^&]*").ReplaceAllString(address, wrong), Options{})
		if err == nil || !strings.Contains(err.Error(), "(hint: ") || !strings.Contains(err.Error(), hint) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
