package tasuki

import (
	"log/slog"
	"os"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/internal/host"
)

// What a worker knows of the supervisor that started it. The supervisor's word is in the
// environment: which slot of its the worker has, which generation of that slot it is,
// and the descriptor of the slot's lock.

const (
	slotName       = "TASUKI_SLOT"
	generationName = "TASUKI_GENERATION"
	slotLockName   = "TASUKI_SLOT_LOCK"
)

// supervised takes in what the supervisor says: the slot becomes part of each log line
// and of the worker's tag.
func (w *Worker) supervised() {
	slot, generation := os.Getenv(slotName), os.Getenv(generationName)
	if slot == "" {
		return
	}
	w.log = w.log.With(slog.String("slot", slot), slog.String("generation", generation))
	w.cfg.Tag = strings.TrimSpace(w.cfg.Tag + " " + slot + " g" + generation)
	if err := keepSlotLock(); err != nil {
		w.log.Warn("the lock of this worker's slot may be inherited by programs that jobs start", slog.Any("error", err))
	}
}

// keepSlotLock keeps the slot's lock from the programs that jobs start: one that
// outlives the worker would hold the slot. The variable goes too, since the number means
// nothing to them.
func keepSlotLock() error {
	text := os.Getenv(slotLockName)
	if text == "" {
		return nil
	}
	fd, err := strconv.Atoi(text)
	if err != nil {
		return err
	}
	os.Unsetenv(slotLockName)
	return host.KeepToOneself(fd)
}
