package redis

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/redis/rueidis"
)

// code is what an error of the server's begins with, such as WRONGTYPE, or ERR where that
// says nothing; "" if it is not the server's.
func code(err error) string {
	if err == nil {
		return ""
	}
	var reply *rueidis.RedisError
	if !errors.As(err, &reply) || reply.IsNil() {
		return ""
	}
	text := reply.Error()
	switch {
	case isCode(firstWord(text)):
		return firstWord(text)
	case strings.Contains(text, "The user executing the script can't "):
		return "NOPERM" // which scripts do not say
	}
	// Servers before version 7 have an error of a script behind where it came about.
	if inner := inScript.FindStringSubmatch(text); inner != nil && isCode(inner[1]) {
		return inner[1]
	}
	return "ERR"
}

var (
	inScript  = regexp.MustCompile(`@user_script: ?\d+: -?(\w+) `)
	noCommand = regexp.MustCompile(`permissions to run the '([^' ]+)' command`)
)

func firstWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

// isCode says whether a word is one: the client leaves out ERR.
func isCode(word string) bool {
	return len(word) > 1 && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// rights are what a user needs, as a rule of ACLs has them.
const rights = "~* &* +@all -@dangerous +info"

// hints say what to do about what the server refuses.
var hints = map[string]string{
	"NOAUTH":      "the address needs a password: redis://user:password@host:6379",
	"WRONGPASS":   "user or password in the address are wrong: redis://user:password@host:6379",
	"NOPERM":      "give the user the rights that are missing: ACL SETUSER name " + rights,
	"OOM":         "Redis is full: raise maxmemory, with the policy noeviction; what runs is still recorded, nothing new comes in",
	"READONLY":    "this is a replica: the address must lead to the master, or to Sentinel",
	"MASTERDOWN":  "this is a replica whose master is away: the address must lead to the master, or to Sentinel",
	"MISCONF":     "Redis cannot write to its disk and so refuses all writes: its log says why",
	"NOREPLICAS":  "Redis wants more replicas than there are: see min-replicas-to-write",
	"LOADING":     "Redis reads its data and will be there soon",
	"BUSY":        "a script of somebody's runs for long and holds up the server: SCRIPT KILL ends one that has written nothing",
	"DENIED":      "Redis is in protected mode: give it a password, or bind it to addresses of your own network only",
	"WRONGTYPE":   "a key that Sidekiq or tasuki uses holds something else: look at the types of queue:…, queues, schedule, retry, dead and of tasuki's keys",
	"CROSSSLOT":   noCluster,
	"CLUSTERDOWN": noCluster,
	"MOVED":       noCluster,
}

const noCluster = "Redis Cluster cannot hold Sidekiq's keys; use a single server, with replicas and Sentinel"

// explained is an error with what to do about it.
func explained(err error) error {
	if err == nil {
		return nil
	}
	hint := hints[code(err)]
	switch command := noCommand.FindStringSubmatch(err.Error()); {
	case hint == "" && strings.Contains(err.Error(), "max number of clients"):
		hint = "raise maxclients of Redis, or let fewer clients in"
	case hints["NOPERM"] == hint && command != nil:
		hint = fmt.Sprintf("ACL SETUSER name +%s; all that tasuki needs is in %s", command[1], rights)
	}
	if hint == "" {
		return err
	}
	return hinted(err, hint)
}

// hinted is an error with a hint, unless it has one.
func hinted(err error, hint string) error {
	if strings.Contains(err.Error(), "(hint: ") {
		return err
	}
	return fmt.Errorf("%w (hint: %s)", err, hint)
}

// lasting says whether the server will refuse this as long as nobody changes a setting: a
// command that it, or the user, does not have.
func lasting(err error) bool {
	switch code(err) {
	case "NOPERM":
		return true
	case "ERR":
		text := strings.ToLower(err.Error())
		return strings.Contains(text, "unknown ") || strings.Contains(text, "syntax error")
	}
	return false
}

// replica says whether the server is one now, to which jobs cannot be written.
func replica(err error) bool {
	return code(err) == "READONLY" || code(err) == "MASTERDOWN"
}
