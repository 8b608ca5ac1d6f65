package pid1

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tasuki-jobs/tasuki/internal/proc"
)

// A keeper is one running init. One goroutine owns it.
type keeper struct {
	o     Options
	voice *voice
	hears *listener

	main     int          // pid of the command
	mainSeen proc.Process // as /proc had it last; zero without /proc
	ended    bool         // the command has
	code     int          // its exit code

	clock agenda
	stop  *stop     // nil: nobody asked to stop
	front *frontier // nil: nothing to be found out any more
}

// smallHeap makes the collector run while the heap is a tenth of what a Go program has as
// a rule.
const smallHeap = 10

// Run starts a command, serves it as an init does, and answers the exit code to end with.
func Run(o Options, words []string) int {
	debug.SetGCPercent(smallHeap)
	o = o.withDefaults()
	k := &keeper{o: o, voice: newVoice(o.Name, o.Verbosity, writeError), hears: listen()}
	defer k.voice.end()
	defer k.hears.end()
	for _, trouble := range o.Troubles {
		k.voice.say(warn, trouble+" (hint: it counts as not set)")
	}
	if err := k.settle(); err != nil {
		return codeFailed
	}
	pid, file, err := start(words)
	if err != nil {
		code, hint := unstartable(file, err)
		k.voice.say(fatal, "exec "+words[0]+" failed: "+err.Error()+" (hint: "+hint+")")
		return code
	}
	go k.hears.hearAll()
	k.main = pid
	k.voice.say(info, "started "+asStarted(words)+", pid "+strconv.Itoa(pid))
	k.lookAround()
	return k.serve()
}

// settle takes the init's place in the machine.
func (k *keeper) settle() error {
	if err := adopt(); err != nil {
		k.voice.say(warn, "what is orphaned goes elsewhere: "+err.Error()+" (hint: is the kernel older than 3.4?)")
	}
	if k.o.ParentDeath == 0 {
		return nil
	}
	err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(k.o.ParentDeath), 0, 0, 0)
	if err != nil {
		k.voice.say(fatal, "the kernel does not tell of the parent's end: "+err.Error()+" (hint: leave -p out)")
	}
	return err
}

// serve works until there is nothing left to serve, and answers the exit code.
func (k *keeper) serve() int {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if !k.reap() {
			return k.o.code(k.code)
		}
		if at, ok := k.clock.next(); ok {
			timer.Reset(time.Until(at))
		}
		select {
		case sig := <-k.hears.c:
			k.hear(sig)
		case now := <-timer.C:
			if k.clock.call(now); k.clock.over {
				return k.o.code(k.code)
			}
			runtime.GC() // looks leave garbage; nobody waits now, and it would only grow
		}
	}
}

// reap takes the ends of processes, and says whether there is somebody left to stay for.
func (k *keeper) reap() bool {
	before := k.ended
	left := reap(func(pid int, status syscall.WaitStatus) {
		if pid == k.main && !k.ended {
			k.ended, k.code = true, exitCode(status)
			if k.stop != nil && status.Signaled() && k.stop.deaf(k.mainSeen, status.Signal()) {
				k.stop.heard = false
			}
			k.voice.say(info, "the command has ended with "+strconv.Itoa(k.code))
			return
		}
		if k.o.Reaped {
			k.voice.say(warn, "Reaped zombie process with pid="+strconv.Itoa(pid))
		}
	})
	if left && k.ended {
		k.outlived(!before)
	}
	return left
}

// family is what /proc says now of the processes below; nil without /proc.
func (k *keeper) family() *family {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return nil // none, or that of another PID namespace
	}
	all, err := proc.All()
	if err != nil {
		return nil
	}
	if !k.ended {
		if k.mainSeen, err = proc.Read(k.main); err != nil { // what it runs, and its name, may have changed
			return nil
		}
	}
	return newFamily(all)
}
