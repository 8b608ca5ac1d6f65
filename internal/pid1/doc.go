// Package pid1 is an init: the first process of a container, or of any part of a machine.
// It starts one command, passes signals on to the worker below it, reaps what is orphaned,
// stays until all that the command started has ended, and ends with the command's exit
// code. It takes what tini and dumb-init take, so that it can stand where they stood.
//
// It links neither net nor fmt: a container has one of it in memory all its life.
package pid1
