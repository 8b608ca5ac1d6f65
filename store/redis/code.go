package redis

import (
	"errors"
	"fmt"
	"strings"

	"github.com/redis/rueidis"
)

// code is what an error of the server's begins with, such as WRONGTYPE; "" if it is not
// the server's.
func code(err error) string {
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) || reply.IsNil() {
		return ""
	}
	word, _, _ := strings.Cut(reply.Error(), " ")
	return word
}

// hints say what to do about what the server refuses.
var hints = map[string]string{
	"NOAUTH":      "the address needs a password: redis://user:password@host:6379",
	"WRONGPASS":   "user or password in the address are wrong: redis://user:password@host:6379",
	"NOPERM":      "docs/sidekiq.md lists the rights that tasuki needs: ACL SETUSER name on >password ~* &* +@all -@dangerous +info +keys",
	"OOM":         "Redis is full: raise maxmemory, with the policy noeviction; what runs is still recorded, nothing new comes in",
	"READONLY":    "this is a replica: the address must lead to the master, or to Sentinel",
	"MASTERDOWN":  "this is a replica whose master is away: the address must lead to the master, or to Sentinel",
	"MISCONF":     "Redis cannot write to its disk and so refuses all writes: its log says why",
	"NOREPLICAS":  "Redis wants more replicas than there are: see min-replicas-to-write",
	"LOADING":     "Redis reads its data and will be there soon",
	"WRONGTYPE":   "a key that Sidekiq or tasuki uses holds something else: look at the types of queue:…, queues, schedule, retry, dead and of tasuki's keys",
	"CROSSSLOT":   "Redis Cluster cannot hold Sidekiq's keys; use a single server, with replicas and Sentinel",
	"CLUSTERDOWN": "Redis Cluster cannot hold Sidekiq's keys; use a single server, with replicas and Sentinel",
	"MOVED":       "Redis Cluster cannot hold Sidekiq's keys; use a single server, with replicas and Sentinel",
}

// explained is an error with what to do about it.
func explained(err error) error {
	if err == nil {
		return nil
	}
	if hint := hints[code(err)]; hint != "" {
		return hinted(err, hint)
	}
	return err
}

// hinted is an error with a hint, unless it has one.
func hinted(err error, hint string) error {
	if strings.Contains(err.Error(), "(hint: ") {
		return err
	}
	return fmt.Errorf("%w (hint: %s)", err, hint)
}

// passing says whether what the server refused now it may do soon: it starts, is a
// replica that nobody told yet, or waits for one.
func passing(err error) bool {
	switch code(err) {
	case "LOADING", "READONLY", "MASTERDOWN", "NOREPLICAS", "BUSY", "TRYAGAIN", "UNBLOCKED":
		return true
	}
	return false
}
