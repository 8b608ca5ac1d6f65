//go:build unix

package redistest

import (
	"context"
	"testing"
)

// has waits until a server has a value.
func has(t *testing.T, s *Server, key, want string) {
	t.Helper()
	var v any
	var err error
	tried := s.process.until(t.Context(), func(ctx context.Context) bool {
		v, err = s.Exec(ctx, "GET", key)
		return err == nil && v == want
	})
	if tried != nil {
		t.Fatalf("%s is %v, %v, on %s: %v; its log:\n%s", key, v, err, s.Addr(), tried, s.Log())
	}
}

func TestSentinelsFailOverWhenTheyAreAsked(t *testing.T) {
	s := OwnSentinels(t, SentinelOptions{Replicas: 2, Password: "secret"})
	old := s.Servers[0]
	Ask[string](t, &DB{Server: old}, "SET", "k", "v")
	fresh, err := s.Failover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if fresh == old {
		t.Error("the old master is the master")
	}
	if err := plays(t.Context(), old, "role:slave", "master_link_status:up"); err != nil {
		t.Error(err)
	}
	has(t, fresh, "k", "v")
	Ask[string](t, &DB{Server: fresh}, "SET", "k2", "v")
	for _, one := range s.Servers {
		has(t, one, "k2", "v")
	}
}

func TestSentinelsReplaceAMasterThatIsKilledAndItComesBackAsAReplica(t *testing.T) {
	s := OwnSentinels(t, SentinelOptions{SentinelPassword: "secret"})
	old, err := s.Master(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := old.Kill(); err != nil {
		t.Fatal(err)
	}
	fresh, err := s.After(t.Context(), old)
	if err != nil {
		t.Fatal(err)
	}
	Ask[string](t, &DB{Server: fresh}, "SET", "k", "v")
	if err := old.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	has(t, old, "k", "v")
	if again, err := s.Master(t.Context()); again != fresh || err != nil {
		t.Errorf("%v, %v", again, err)
	}
}

func TestRubyFindsTheMasterBySentinels(t *testing.T) {
	s := OwnSentinels(t, SentinelOptions{})
	got := App{Env: []string{"SENTINELS=" + s.Addrs()[0] + " " + s.Addrs()[1]}, Code: `
		sentinels = ENV["SENTINELS"].split.map { |a| h, p = a.split(":"); {host: h, port: p.to_i} }
		redis = {url: "redis://` + MasterName + `", sentinels: sentinels}
		Sidekiq.configure_client { |config| config.redis = redis }
		print Sidekiq.redis { |r| r.info["tcp_port"] }`}.Ruby(t)
	if "127.0.0.1:"+got != s.Servers[0].Addr() {
		t.Errorf("%s, it is %s", got, s.Servers[0].Addr())
	}
}
