// Package control is how a supervisor is started, asked and told from outside: a socket in its
// directory, word of itself that it leaves there, systemd, ECS. What a supervisor does is in
// package supervise.
package control
