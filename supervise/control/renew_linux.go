package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// reload restarts at each signal.
func (v *Service) reload(ctx context.Context) {
	for {
		select {
		case <-v.Reload:
			v.wg.Go(func() {
				if err := v.renew(ctx, nil, false); err != nil && ctx.Err() == nil {
					v.log.Error("the restart has failed; the workers from before go on", slog.Any("error", err))
				}
			})
		case <-ctx.Done():
			return
		}
	}
}

// renew restarts with the configuration as it is now.
func (v *Service) renew(ctx context.Context, flags map[string][]string, stopFirst bool) error {
	err := v.reread(ctx, flags)
	v.mu.Lock()
	v.refused = err
	v.mu.Unlock()
	if err != nil {
		return err
	}
	v.notify.reloading()
	defer v.notify.reloaded()
	return v.s.Restart(ctx, stopFirst)
}

// reread reads the configuration again and lets it hold from now on.
func (v *Service) reread(ctx context.Context, flags map[string][]string) error {
	v.mu.Lock()
	old := v.Settings
	v.mu.Unlock()
	set, err := old.Again(flags)
	if err == nil && set.Dir != old.Dir {
		err = &settings.Mistake{Where: set.Path, Key: "dir", What: fmt.Sprintf("it is %s now, and was %s", set.Dir, old.Dir), Hint: "`tasuki stop` and `tasuki start` move it"}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	switch err := v.s.Reconfigure(ctx, set.Config); {
	case errors.Is(err, supervise.ErrStopped), ctx.Err() != nil && err != nil:
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	v.mu.Lock()
	v.Settings = set
	v.mu.Unlock()
	v.sayFixed(old, set)
	return nil
}

// sayFixed names what has changed and cannot change while this process lives.
func (v *Service) sayFixed(old, set *settings.Settings) {
	for _, key := range []struct{ name, was, is string }{{"name", old.Name, set.Name}, {"log", old.Log, set.Log}, {"store", old.Store, set.Store}, {"grace", old.Grace.String(), set.Grace.String()}} {
		if key.was != key.is {
			v.log.Warn("a change of the configuration holds from the supervisor's next start on", slog.String("key", key.name), slog.String("hint", "`tasuki stop` and `tasuki start`"))
		}
	}
}
