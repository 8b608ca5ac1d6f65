package redis

import (
	"strings"

	"github.com/redis/rueidis"
)

// code is what an error of the server's begins with, such as WRONGTYPE; "" if it is not
// the server's.
func code(err error) string {
	if reply, ok := rueidis.IsRedisErr(err); ok {
		word, _, _ := strings.Cut(reply.Error(), " ")
		return word
	}
	return ""
}

// explained is an error with what to do about it.
func explained(err error) error { return err }

// passing says whether what the server refused now it may do soon: it starts, is a
// replica that nobody told yet, or waits for one.
func passing(err error) bool {
	switch code(err) {
	case "LOADING", "READONLY", "MASTERDOWN", "NOREPLICAS", "BUSY", "TRYAGAIN", "CLUSTERDOWN", "UNBLOCKED":
		return true
	}
	return false
}
