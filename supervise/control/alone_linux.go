package control

import (
	"context"

	"github.com/tasuki-jobs/tasuki/supervise"
	"github.com/tasuki-jobs/tasuki/supervise/settings"
)

// StopAlone stops the workers that a supervisor which has ended left, and returns when
// they have ended. supervise.ErrRunning: there is a supervisor after all.
func StopAlone(ctx context.Context, set *settings.Settings) error {
	cfg := set.Config
	if len(cfg.Worker.Command) == 0 { // nothing is started
		cfg.Worker.Command, cfg.Worker.Kind = []string{"-"}, supervise.Other
	}
	s, err := supervise.New(cfg)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	over, cancel := context.WithCancel(ctx)
	cancel()
	go func() { ended <- s.Run(over) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
