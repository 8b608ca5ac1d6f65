package tasuki

import (
	"log/slog"
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/internal/loop"
)

// An outage logs the first failure of a row, counts the rest, and says when it
// is over. Where the first says too little, a time-out for one, it logs also the first
// that comes with a hint. It also paces the attempts.
type outage struct {
	log   *slog.Logger
	what  string
	since time.Time
	until time.Time // no further try before
	tries int
	known bool // a hint was logged
	wait  loop.Backoff
}

// pausing is how long to wait before the next try: a wake does not cut it short.
func (o *outage) pausing() time.Duration {
	if o.tries == 0 {
		return 0
	}
	return max(time.Until(o.until), 0)
}

func (o *outage) begin(err error) time.Duration {
	hint := strings.Contains(err.Error(), "(hint: ")
	switch o.tries++; {
	case o.tries == 1:
		o.since, o.known = time.Now(), hint
		o.wait = loop.Backoff{Min: 20 * time.Millisecond, Max: time.Second}
		o.log.Error(o.what, slog.Any("error", err))
	case hint && !o.known:
		o.known = true
		o.log.Warn("why the store does not do it is known now", slog.String("since", o.what), slog.Any("error", err))
	}
	pause := o.wait.Next()
	o.until = time.Now().Add(pause)
	return pause
}

func (o *outage) over() {
	if o.tries > 0 {
		o.log.Info("the store answers again", slog.String("after", o.what), slog.Duration("away", time.Since(o.since)), slog.Int("tries", o.tries))
		o.tries = 0
	}
}
