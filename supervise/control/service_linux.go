package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/ecs"
	"github.com/tasuki-jobs/tasuki/internal/host"
	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// A Service is a supervisor with all that stands around it: it can be asked and told by
// other processes, tells systemd how it is, and leaves word of itself.
type Service struct {
	Settings *settings.Settings

	// Grace is how long a stop may take at most that the end of Run's context begins, as the
	// platform kills everything soon after. Default 0: as long as Settings.Timeout says.
	Grace time.Duration
	// StopFrom says where the time that such a stop has is from, for people.
	StopFrom string

	// Up is called once the service can be asked. Default: nothing.
	Up func()
	// Reload is a restart for each signal; the file is read again. Default: none.
	Reload <-chan os.Signal

	s      *supervise.Supervisor
	log    *slog.Logger
	notify *systemd
	guard  *ecs.Guard // nil: this is no task of ECS
	wg     sync.WaitGroup

	mu      sync.Mutex // owns what follows, and Settings
	refused error      // why the last restart was not even begun
}

// Run runs the workers until ctx ends or somebody orders a stop, and returns when all have
// ended. supervise.ErrRunning: there is another one. ErrRefused: no worker can work with its
// configuration.
func (v *Service) Run(ctx context.Context) error {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		return fmt.Errorf("supervise: processes cannot be seen: %w (hint: mount /proc)", err)
	}
	cfg := v.Settings.Config
	cfg.LogFile, cfg.Log = v.Settings.Log, cmp.Or(cfg.Log, slog.Default())
	if cfg.Lock == nil {
		lock, err := supervise.Claim(cfg.Dir)
		if err != nil {
			return err
		}
		cfg.Lock = lock
	}
	defer cfg.Lock.Close()
	s, err := supervise.New(cfg)
	if err != nil {
		return err
	}
	v.s, v.log, v.notify, v.guard = s, cfg.Log, newSystemd(cfg.Log), newGuard(cfg.Log)
	d, err := v.open()
	if err != nil {
		return fmt.Errorf("supervise: %w", err)
	}
	if err := v.leaveWord(); err != nil {
		d.close(false)
		return fmt.Errorf("supervise: %w (hint: is the disk of %s full, or read-only?)", err, cfg.Dir)
	}
	return v.attended(ctx, d)
}

// attended runs the supervisor with all around it.
func (v *Service) attended(ctx context.Context, d *desk) error {
	around, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	d.hear(around)
	a := &attendant{v: v}
	v.wg.Go(func() { a.attend(around) })
	v.wg.Go(func() { v.reload(around) })
	v.wg.Go(func() { v.s.ReapOrphans(around) })
	if v.guard != nil {
		v.wg.Go(func() { v.guard.Run(around) })
	}
	if ctx.Err() == nil { // it is to start workers, so nothing is wrong with the configuration any more
		if err := accepted(v.s.Dir()); err != nil {
			v.log.Warn("what was refused before could not be forgotten", slog.Any("error", err))
		}
	}
	if v.Up != nil {
		v.Up()
	}
	bounded := context.AfterFunc(ctx, func() { v.s.Stop(v.Grace) })
	err := v.s.Run(ctx)
	bounded()
	end()
	others := errors.Is(err, supervise.ErrRemoved) // what is in the directory now
	d.close(others)
	v.wg.Wait()
	if !others {
		os.Remove(filepath.Join(v.s.Dir(), aboutFile))
	}
	return cmp.Or(err, a.hopeless)
}

// leaveWord writes down who supervises here.
func (v *Service) leaveWord() error {
	set, me := v.Settings, host.Self()
	a := about{Format: wordFormat, Name: set.Name, PID: me.PID, Start: me.Start, Boot: me.Boot, Started: time.Now(), Log: set.Log}
	if set.Read {
		a.File = set.Path
	}
	return write(v.s.Dir(), aboutFile, a)
}

// status is how all is, with what the supervisor alone does not know.
func (v *Service) status(ctx context.Context) (*supervise.Status, error) {
	st, err := v.s.Status(ctx)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	of := st.Supervisor
	st.Name, of.StopFrom, of.Protected = v.Settings.Name, v.StopFrom, v.guard != nil && held(st) > 0
	if grace := v.Grace.Seconds(); grace > 0 && (of.Stop == 0 || grace < of.Stop) {
		of.Stop = grace
	}
	if v.Settings.Read {
		of.File = v.Settings.Path
	}
	if v.refused != nil {
		st.Why = append(st.Why, supervise.Trouble{What: "the last restart was not begun: " + v.refused.Error(), Hint: "mend it, then `tasuki restart`"})
	}
	return st, nil
}
