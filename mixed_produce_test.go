package tasuki_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/tasuki-jobs/tasuki"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
	"github.com/tasuki-jobs/tasuki/store"
)

// How often programs enqueue while all are well.
const producePause = 60 * time.Millisecond

// enough is how many jobs wait while workers cannot keep up.
const enough = 80

// wants waits until there shall be another job; false: there shall be none.
func (m *mixed) wants(chance *rand.Rand) bool {
	for m.rest(chance, producePause) {
		if m.unfinished() < enough {
			return true
		}
	}
	return false
}

// produceInGo enqueues, and sends again what was not answered: then a job is there once.
func (m *mixed) produceInGo(chance *rand.Rand) {
	for m.wants(chance) {
		o, job := draw(chance)
		m.ordered(o)
		for {
			_, err := m.Enqueue(m.t.Context(), []store.Job{job})
			if err == nil {
				break
			}
			if errors.Is(err, store.ErrInvalid) || m.t.Context().Err() != nil {
				m.t.Errorf("enqueue: %v", err)
				return
			}
			<-time.After(10 * time.Millisecond)
		}
	}
}

// draw makes some job.
func draw(chance *rand.Rand) (*order, store.Job) {
	o := &order{at: time.Now(), due: time.Now()}
	short := nap{chance.IntN(80)}
	var job store.Job
	switch chance.IntN(10) {
	case 0:
		walk := march{20 + chance.IntN(40), 20}
		job, o.items, o.goOnly = marchKind.Job(walk), walk.N, true
	case 1: // it outlasts a stop
		job, o.goOnly = longKind.Job(nap{1000 + chance.IntN(4000)}, tasuki.Queue(goQueue)), true
	case 2, 3:
		job = failOnceKind.Job(short)
	case 4, 5:
		delay := time.Duration(chance.IntN(3000)) * time.Millisecond
		job, o.due = plainKind.Job(short, tasuki.Delay(delay)), o.due.Add(delay)
	default:
		job = plainKind.Job(short)
	}
	if job.ID == "" {
		job.ID = store.NewID()
	}
	o.id, o.kind = job.ID, job.Kind
	return o, job
}

func (m *mixed) ordered(o *order) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.orders = append(m.orders, o)
}

// rubyProducer is a program that does not send anything again by itself, as Ruby's client
// else does: that could make two of one job.
func (m *mixed) rubyProducer() *redistest.Client {
	return redistest.App{URL: m.db.URL(), Code: `
Sidekiq.configure_client { |c| c.redis = {url: ENV["REDIS_URL"], reconnect_attempts: 0} }
def push(id, kind, ms, delay)
  job = {"class" => kind, "args" => [ms], "jid" => id}
  job["at"] = Time.now.to_f + delay if delay > 0
  Sidekiq::Client.push(job)
end`}.Client(m.t)
}

// produceInRuby enqueues. Of a job that Ruby hears an error of nobody knows whether it is
// there.
func (m *mixed) produceInRuby(client *redistest.Client, chance *rand.Rand) {
	kinds := []string{plainKind.Name(), failOnceKind.Name()}
	for m.wants(chance) {
		delay := time.Duration(max(0, chance.IntN(6000)-4000)) * time.Millisecond
		now := time.Now()
		o := &order{id: store.NewID(), kind: kinds[chance.IntN(2)], at: now, due: now.Add(delay)}
		m.ordered(o)
		err := client.Call(context.WithoutCancel(m.ctx), nil, "push(*args)", o.id, o.kind, chance.IntN(80), delay.Seconds())
		var refused *redistest.RubyError
		if errors.As(err, &refused) {
			o.unsure = true
		} else if err != nil {
			m.t.Error(err)
			return
		}
	}
}
