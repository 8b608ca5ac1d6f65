package control

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/tasuki-jobs/tasuki/supervise"
)

// restart restarts, and tells meanwhile how far it is.
func (d *desk) restart(ctx context.Context, c *talk, o Order) error {
	ended := make(chan error, 1)
	asked, cancel := context.WithCancel(ctx)
	defer cancel()
	d.wg.Go(func() { ended <- d.v.renew(asked, o.Flags, o.StopFirst) })
	return d.until(ctx, c, ended)
}

// until tells the caller how all is until the end comes, or the caller or the supervisor
// goes.
func (d *desk) until(ctx context.Context, c *talk, end <-chan error) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	gone := c.gone()
	var last []byte
	var said time.Time
	for {
		st, err := d.v.status(ctx)
		if err != nil {
			return nil // the supervisor has ended: so has what was waited for
		}
		if now := essence(st); !bytes.Equal(now, last) || time.Since(said) > sayEvery {
			last, said = now, time.Now()
			if c.say(reply{Status: st}) != nil {
				return nil
			}
		}
		select {
		case err := <-end:
			return err
		case <-gone:
			c.lost = true
			return nil
		case <-tick.C:
		}
	}
}

// essence is what has to have changed for a status to be news.
func essence(st *supervise.Status) []byte {
	text, _ := json.Marshal(struct {
		*supervise.Status
		At    int `json:"at"`
		Slots int `json:"slots"`
	}{Status: st})
	for _, slot := range st.Slots {
		for _, w := range slot.Workers {
			w.Memory = 0
			one, _ := json.Marshal(w)
			text = append(text, one...)
		}
		slot.Workers = nil
		one, _ := json.Marshal(slot)
		text = append(text, one...)
	}
	return text
}
