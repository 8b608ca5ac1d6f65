package postgres

import (
	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// atOnce is how many jobs one statement adds: its numbers have room for 2^20.
const atOnce = 10_000

// rows are new jobs, column by column, as the statements that add them take them.
type rows struct {
	queues, kinds []string // of the lanes
	found         []*int32 // their numbers, where they are known
	ids           []string
	lanes         []int32 // numbers of lanes, from 1
	priorities    []int32
	delays        []int64
	trails        []int16
	bodies, mores []*string
	keys          []*string
	tagged        []int32 // number of a job from 1, for each tag
	tags          []string
}

type laneKey struct{ queue, kind string }

func newRows(jobs []store.Job) *rows {
	n := len(jobs)
	r := &rows{
		ids: make([]string, 0, n), lanes: make([]int32, 0, n), priorities: make([]int32, 0, n), delays: make([]int64, 0, n),
		trails: make([]int16, 0, n), bodies: make([]*string, 0, n), mores: make([]*string, 0, n), keys: make([]*string, 0, n),
	}
	lanes := map[laneKey]int32{}
	for i := range jobs {
		r.add(&jobs[i], lanes)
	}
	return r
}

func (r *rows) add(job *store.Job, lanes map[laneKey]int32) {
	j := sqlstore.NewJob(job, 0)
	key := laneKey{j.Queue, j.Kind}
	lane := lanes[key]
	if lane == 0 {
		r.queues, r.kinds, r.found = append(r.queues, key.queue), append(r.kinds, key.kind), append(r.found, nil)
		lane = int32(len(r.queues))
		lanes[key] = lane
	}
	r.ids = append(r.ids, j.ID)
	r.lanes = append(r.lanes, lane)
	r.priorities = append(r.priorities, int32(j.Priority))
	r.delays = append(r.delays, j.Ord) // it comes in at 0
	r.trails = append(r.trails, int16(j.Trail))
	r.bodies = append(r.bodies, orNull(string(j.Args)))
	r.mores = append(r.mores, moreOf(&j))
	r.keys = append(r.keys, orNull(j.Key))
	for _, tag := range j.More.Tags {
		r.tagged, r.tags = append(r.tagged, int32(len(r.ids))), append(r.tags, tag)
	}
}

// args are the values of enqueue.
func (r *rows) args() []any {
	return []any{r.queues, r.kinds, int32(store.Format), r.ids, r.lanes, r.priorities, r.delays, r.trails, r.bodies, r.mores}
}

// oneArgs are the values of enqueue_one.
func (r *rows) oneArgs() []any {
	return []any{r.queues[0], r.kinds[0], int32(store.Format), r.ids[0], r.priorities[0], r.delays[0], r.trails[0], r.bodies[0], r.mores[0]}
}

// doorArgs are the values of door_add.
func (r *rows) doorArgs() []any { return append(r.args(), r.keys, r.tagged, r.tags, r.found) }

// orNull is an optional text as a column's value.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// moreOf is the column more.
func moreOf(j *sqlstore.Job) *string {
	if j.More.Empty() {
		return nil
	}
	return orNull(sqlstore.JSON(&j.More))
}
