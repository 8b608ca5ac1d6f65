//go:build unix

package redistest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestALimitOfMemoryIsKept(t *testing.T) {
	s := Own(t, Options{MaxMemory: "2mb", Policy: "noeviction"})
	var err error
	for i := 0; err == nil && i < 100; i++ {
		_, err = s.Exec(t.Context(), "SET", i, strings.Repeat("x", 100_000))
	}
	if refused, is := errors.AsType[ReplyError](err); !is || !strings.HasPrefix(string(refused), "OOM ") {
		t.Errorf("error %v", err)
	}
}

func TestAPolicyIsTheServers(t *testing.T) {
	s := Own(t, Options{Policy: "allkeys-lru", Config: []string{"maxclients 77"}})
	for setting, want := range map[string]string{"maxmemory-policy": "allkeys-lru", "maxclients": "77"} {
		if got := Ask[[]string](t, &DB{Server: s}, "CONFIG", "GET", setting); got[1] != want {
			t.Errorf("%s is %s", setting, got[1])
		}
	}
}

// login is what a client without rights of its own is answered to a command.
func login(t *testing.T, s *Server, command ...any) error {
	t.Helper()
	c, err := connect(t.Context(), s.Addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Exec(t.Context(), command...)
	return err
}

func TestAPasswordIsAskedForAndInTheURL(t *testing.T) {
	s := Own(t, Options{Password: `it's "so" #1/@`})
	if err := login(t, s, "PING"); err == nil || !strings.HasPrefix(err.Error(), "NOAUTH") {
		t.Errorf("without a password: %v", err)
	}
	u, err := url.Parse(s.URL(3))
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	if err := login(t, s, "AUTH", password); err != nil || u.Path != "/3" {
		t.Errorf("by %s: %v", u, err)
	}
}

func TestAUserHasTheRightsOfItsLine(t *testing.T) {
	s := Own(t, Options{Users: []string{"default off", "reader on >secret ~* +get"}})
	c, err := connect(t.Context(), s.Addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Exec(t.Context(), "AUTH", "reader", "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), "GET", "k"); err != nil {
		t.Error(err)
	}
	if _, err := c.Exec(t.Context(), "SET", "k", 1); err == nil || !strings.HasPrefix(err.Error(), "NOPERM") {
		t.Errorf("error %v", err)
	}
}

func TestAServerWithTLSSpeaksNothingElse(t *testing.T) {
	s := Own(t, Options{TLS: true, AOF: "everysec"})
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(s.URL(0), "rediss://") {
		t.Error(s.URL(0))
	}
	if err := login(t, s, "PING"); err == nil {
		t.Error("it answers without TLS")
	}
	c, err := connect(t.Context(), s.Addr(), s.TLS())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Exec(t.Context(), "PING"); err != nil {
		t.Error(err)
	}
	if _, err := connect(t.Context(), s.Addr(), &tls.Config{}); err == nil {
		t.Error("who does not know the authority trusts the server")
	}
}

func TestACertificateIsAskedForWhereOneIsNeeded(t *testing.T) {
	for needed := range map[bool]bool{true: true, false: true} {
		t.Run(fmt.Sprint(needed), func(t *testing.T) {
			s := Own(t, Options{TLS: true, ClientCertificate: needed})
			without := &tls.Config{RootCAs: s.TLS().RootCAs}
			c, err := connect(t.Context(), s.Addr(), without)
			if err == nil {
				defer c.Close()
				_, err = c.Exec(t.Context(), "PING")
			}
			if (err != nil) != needed {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAReplicaHasWhatItsMasterHas(t *testing.T) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprint("TLS ", secure), func(t *testing.T) {
			master := Own(t, Options{Password: "secret", TLS: secure})
			Ask[string](t, &DB{Server: master}, "SET", "k", "v")
			replica := Own(t, Options{ReplicaOf: master, TLS: secure})
			if got := Ask[string](t, &DB{Server: replica}, "GET", "k"); got != "v" {
				t.Errorf("%q", got)
			}
			if _, err := replica.Exec(t.Context(), "SET", "k", 1); err == nil || !strings.HasPrefix(err.Error(), "READONLY") {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestOptionsThatContradictAreRefused(t *testing.T) {
	installed(t)
	for _, o := range []Options{{ClientCertificate: true}, {TLS: true, ReplicaOf: &Server{}}} {
		if _, err := Start(context.Background(), o); err == nil || !strings.Contains(err.Error(), "Options.") {
			t.Errorf("error %v", err)
		}
	}
}
