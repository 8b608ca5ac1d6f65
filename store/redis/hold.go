package redis

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/redis/internal/wire"
)

// A holding is a claim as the server has it.
type holding struct {
	*job
	beat    string // the worker's when it was made
	claimed time.Time
	suspect bool
	queue   string
	state   bool      // there may be iteration state of it
	seen    time.Time // by this process's clock, when the claim was read
}

// readHolding reads what is kept under a claim's token.
func readHolding(value string) (*holding, error) {
	line, payload, ok := strings.Cut(value, "\n")
	part := strings.SplitN(line, " ", 4)
	if !ok || len(part) != 4 {
		return nil, fmt.Errorf("claim %.40q is not spelled as tasuki does", value)
	}
	us, _ := strconv.ParseInt(part[1], 10, 64)
	j, err := readJob(payload)
	h := &holding{job: j, beat: part[0], claimed: moment(us), suspect: part[2] == "S", queue: part[3], state: true, seen: time.Now()}
	h.clear()
	return h, err
}

// clear forgets the deaths of a job that is no suspect: somebody of Sidekiq's brought it
// back from the dead, who is right to expect that it is tried again.
func (h *holding) clear() {
	if !h.suspect && h.own.Deaths > 0 {
		cleared := *h.own
		cleared.Deaths = 0
		h.own = &cleared
	}
}

// overdue says whether the time that retry_for gives is over since it failed first.
func (h *holding) overdue() bool {
	seconds, found := h.Float("retry_for")
	first, failed := h.Time("failed_at")
	if found != wire.OK || failed != wire.OK {
		return false
	}
	now := h.claimed.Add(time.Since(h.seen))
	return now.Sub(first).Seconds() > seconds
}

// from is the list that the job was taken from.
func (h *holding) from(k keys) string {
	if h.suspect {
		return k.suspects(h.queue)
	}
	return queueKey(h.queue)
}

// A claimKey names a claim of a worker.
type claimKey struct {
	worker string
	token  store.Token
}

// holdings are the claims that were made through this store and are not settled, so that
// Settle knows their payloads. They are as many as workers hold.
type holdings struct {
	mu  sync.Mutex // owns all
	all map[claimKey]*holding
}

func (h *holdings) init() { h.all = map[claimKey]*holding{} }

func (h *holdings) add(worker string, token store.Token, held *holding) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all[claimKey{worker, token}] = held
}

func (h *holdings) get(worker string, token store.Token) *holding {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[claimKey{worker, token}]
}

// stateful notes that there is iteration state of a claim.
func (h *holdings) stateful(worker string, token store.Token) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if held := h.all[claimKey{worker, token}]; held != nil {
		changed := *held
		changed.state = true
		h.all[claimKey{worker, token}] = &changed
	}
}

func (h *holdings) drop(worker string, tokens ...store.Token) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range tokens {
		delete(h.all, claimKey{worker, t})
	}
}
