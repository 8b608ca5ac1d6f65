package redis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/store"
)

var rightsScript = load("rights")

// A need is a key, with the pattern that ACLs have for such, and the commands that are run
// on it.
type need struct{ key, pattern, commands string }

// needs are what the store's user must be allowed to. A right that is missing is better
// said at the start: a script that is stopped halfway leaves its first half behind.
func (s *Store) needs() []need {
	own, worker := string(s.keys), "host:1:0"
	return []need{
		{queueKey("q"), "queue:*", "LPUSH RPUSH LRANGE LLEN LINDEX LTRIM LREM LPOS"},
		{queuesKey, queuesKey, "SADD SISMEMBER SMEMBERS"},
		{pausedKey, pausedKey, "SADD SREM SCARD SISMEMBER SMEMBERS"},
		{scheduleKey, scheduleKey, sortedSet},
		{retryKey, retryKey, sortedSet},
		{deadKey, deadKey, sortedSet + " ZREMRANGEBYSCORE ZREMRANGEBYRANK"},
		{processesKey, processesKey, "SADD SREM SMEMBERS"},
		{worker, "*:*:*", "HSET HMGET EXPIRE UNLINK"},
		{workKey(worker), "*:*:*", "HSET HKEYS HDEL EXPIRE UNLINK"},
		{signalsKey(worker), "*:*:*", "RPOP LPUSH EXPIRE UNLINK"},
		{"stat:processed", "stat:*", "GET INCRBY EXPIRE"},
		{iterationKey("j"), "it-*", "HGET HMGET HSET HSETNX HEXISTS HDEL EXISTS EXPIRE UNLINK"},
		{own + "x", own + "*", sortedSet + " HGET HMGET HSET HSETNX HEXISTS HDEL HLEN HGETALL HKEYS HVALS HINCRBY " +
			"LPUSH RPUSH LPOP LRANGE LLEN LINDEX LTRIM LREM LPOS LSET SADD SREM SISMEMBER SMISMEMBER SMEMBERS GET SET INCR DEL EXISTS EXPIRE TTL UNLINK ZRANGEBYLEX"},
		{"", "", "TIME"},
	}
}

const sortedSet = "ZADD ZREM ZRANGE ZRANGEBYSCORE ZSCORE ZCARD ZCOUNT TYPE"

// operands are what the server wants to see behind a command and its key.
var operands = map[string]string{
	"LPUSH": "v", "RPUSH": "v", "LRANGE": "0 1", "LINDEX": "0", "LTRIM": "0 1", "LREM": "0 v", "LPOS": "v", "LSET": "0 v",
	"SADD": "v", "SREM": "v", "SISMEMBER": "v", "SMISMEMBER": "v", "EXPIRE": "1", "INCRBY": "1", "SET": "v",
	"HSET": "f v", "HSETNX": "f v", "HGET": "f", "HMGET": "f", "HEXISTS": "f", "HDEL": "f", "HINCRBY": "f 1",
	"ZADD": "1 v", "ZREM": "v", "ZRANGE": "0 1", "ZRANGEBYSCORE": "0 1", "ZRANGEBYLEX": "- +", "ZREMRANGEBYSCORE": "0 1", "ZREMRANGEBYRANK": "0 1", "ZSCORE": "v", "ZCOUNT": "0 1",
}

// A right is one command on one key.
type right struct{ command, key, pattern string }

// entitled says which rights the user lacks.
func (s *Store) entitled(ctx context.Context) error {
	var all []right
	var args []string
	for _, n := range s.needs() {
		for _, command := range strings.Fields(n.commands) {
			words := strings.Fields(command + " " + n.key + " " + operands[command])
			args = append(append(args, strconv.Itoa(len(words))), words...)
			all = append(all, right{command, n.key, n.pattern})
		}
	}
	msg, err := s.run(ctx, rightsScript, nil, args)
	if err != nil {
		return err
	}
	denied, err := msg.AsIntSlice()
	if err != nil || len(denied) == 0 {
		return err
	}
	first := all[denied[0]-1]
	return fmt.Errorf("%w: the user may not run %s on %s (hint: ACL SETUSER %s %s)", store.ErrInvalid, first.command, first.key, s.user, missing(all, denied))
}

// missing is the rule that gives what was denied: keys on which the user may run no
// command, and commands that it may not run on other keys.
func missing(all []right, denied []int64) string {
	may := map[string]bool{}
	for i, r := range all {
		if !slices.Contains(denied, int64(i)+1) {
			may[r.command], may[r.pattern] = true, true
		}
	}
	var rule []string
	for _, n := range denied {
		r, word := all[n-1], ""
		switch {
		case r.pattern != "" && !may[r.pattern]:
			word = "~" + r.pattern
		case !may[r.command]:
			word = "+" + strings.ToLower(r.command)
		}
		if word != "" && !slices.Contains(rule, word) {
			rule = append(rule, word)
		}
	}
	if len(rule) == 0 || len(rule) > mostRules || len(may) <= 2 { // TIME has no key
		return rights
	}
	return strings.Join(rule, " ")
}

// mostRules is how many rules are told one by one.
const mostRules = 12
