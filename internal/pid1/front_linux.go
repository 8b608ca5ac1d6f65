package pid1

import (
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/proc"
	"github.com/tasuki-jobs/tasuki/internal/programs"
)

// A frontier finds out who stands between the init and its worker.
type frontier struct {
	wait time.Duration
	seen string // what the last look said
}

const (
	firstLook = 20 * time.Millisecond
	rareLook  = time.Minute // from one to the next at most: what comes first may take long
)

func self() int { return os.Getpid() }

// lookAround begins to look.
func (k *keeper) lookAround() {
	k.sayAbove()
	k.front = &frontier{wait: firstLook, seen: "nothing"}
	k.clock.at(time.Now().Add(firstLook), k.look)
}

// sayAbove says that no signal can come to the init where the first process of the
// container is a shell in front of it.
func (k *keeper) sayAbove() {
	if os.Getppid() != 1 {
		return
	}
	first, err := proc.Read(1)
	if err != nil || newFamily(nil).kind(first) != programs.Shell {
		return
	}
	if s, err := proc.ReadSignals(1); err == nil && !s.Caught.Has(syscall.SIGTERM) {
		k.voice.say(warn, first.Name+" (pid 1) stands in front of this init, and no SIGTERM comes through it (hint: the exec form in the image, or exec in front of the init)")
	}
}

// look looks until the worker is there, and says what is between. What two looks running
// say is true: a program may start others before it catches signals itself.
func (k *keeper) look(now time.Time) {
	if k.ended || k.stop != nil {
		return
	}
	text, found := k.between()
	if found && text == k.front.seen {
		if text == "" {
			k.voice.say(info, "signals go to the command itself")
		} else {
			k.voice.say(warn, text)
		}
		return
	}
	k.front.seen = text
	k.front.wait = min(2*k.front.wait, rareLook)
	k.clock.at(now.Add(k.front.wait), k.look)
}

// between is what there is to be said of who stands between, once there is a worker.
func (k *keeper) between() (text string, found bool) {
	f := k.family()
	if f == nil || k.o.Aim == AimGroup {
		return "", true
	}
	to := f.nearest(k.mainSeen, syscall.SIGTERM)
	if len(to) == 0 || to[0].how == byDefault {
		return "", false
	}
	if to[0].PID == k.main {
		return "", true
	}
	main := k.mainSeen
	worker := to[0].Name + " (pid " + strconv.Itoa(to[0].PID) + ")"
	text = main.Name + " (pid " + strconv.Itoa(k.main) + ") stands between this init and " + worker + " and does not pass signals on"
	if k.o.Aim == AimChild {
		return text + ": SIGTERM reaches it only when that has ended, if at all (hint: leave -c out)", true
	}
	return text + ": they go to " + worker + " directly (hint: start it without " + main.Name + ", or with exec in front of it)", true
}
