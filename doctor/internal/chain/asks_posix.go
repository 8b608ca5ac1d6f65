package chain

import (
	"strconv"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
)

// asks is the outcome of test(1).
func asks(words []deploy.Text) (truth, known bool) {
	if len(words) > 0 && words[0].Value == "!" && !words[0].Open {
		truth, known = asks(words[1:])
		return !truth, known
	}
	for _, op := range []string{"-o", "-a"} {
		for i, w := range words {
			if w.Value != op || i == 0 || i == len(words)-1 || w.Open {
				continue
			}
			a, sureA := asks(words[:i])
			b, sureB := asks(words[i+1:])
			if op == "-a" {
				return and(a, sureA, b, sureB)
			}
			truth, known = and(!a, sureA, !b, sureB)
			return !truth, known
		}
	}
	switch len(words) {
	case 0:
		return false, true
	case 1:
		return words[0].Value != "", !words[0].Open
	case 2:
		return unary(words[0].Value, words[1])
	case 3:
		return binary(words[0], words[1].Value, words[2], false)
	}
	return false, false
}

func unary(op string, w deploy.Text) (truth, known bool) {
	switch op {
	case "-z":
		return w.Value == "", !w.Open
	case "-n":
		return w.Value != "", !w.Open
	}
	return false, false
}

func binary(a deploy.Text, op string, b deploy.Text, patterns bool) (truth, known bool) {
	if a.Open || b.Open {
		return false, false
	}
	switch op {
	case "=", "==", "!=":
		same := a.Value == b.Value
		if patterns {
			var ok bool
			if same, ok = fits(b.Value, a.Value); !ok {
				return false, false
			}
		}
		return same != (op == "!="), true
	}
	x, errX := strconv.Atoi(a.Value)
	y, errY := strconv.Atoi(b.Value)
	if errX != nil || errY != nil {
		return false, false
	}
	switch op {
	case "-eq":
		return x == y, true
	case "-ne":
		return x != y, true
	case "-gt":
		return x > y, true
	case "-ge":
		return x >= y, true
	case "-lt":
		return x < y, true
	case "-le":
		return x <= y, true
	}
	return false, false
}
