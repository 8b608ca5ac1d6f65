package postgres

import (
	"slices"

	"github.com/tasuki-jobs/tasuki/store"
	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

// atOnce is how many jobs one statement adds: its numbers have room for 2^20.
const atOnce = 10_000

// atOnceBytes is how many bytes of arguments it takes, unless one job has more: a
// message to the server has room for a gigabyte.
const atOnceBytes = 32 << 20

// oneStatement is how many of the first jobs one statement adds.
func oneStatement(jobs []store.Job) int {
	bytes := 0
	for n := range jobs {
		if bytes += len(jobs[n].Args); n > 0 && bytes > atOnceBytes || n == atOnce {
			return n
		}
	}
	return len(jobs)
}

// rows are new jobs, column by column, as the statements that add them take them.
type rows struct {
	queues, kinds []string          // of the lanes
	found         []*int32          // their numbers in the database, where they are known
	numbers       map[laneKey]int32 // from 1, as in lanes; nil: there is one at most
	ids           []string
	lanes         []int32 // numbers of lanes, from 1
	priorities    []int32
	delays        []int64
	trails        []int16
	bodies, mores []string // empty: NULL, and so are keys
	keys          []string
	tagged        []int32 // number of a job from 1, for each tag
	tags          []string
}

func newRows(jobs []store.Job) *rows {
	n := len(jobs)
	r := &rows{
		ids: make([]string, 0, n), lanes: make([]int32, 0, n), priorities: make([]int32, 0, n), delays: make([]int64, 0, n),
		trails: make([]int16, 0, n), bodies: make([]string, 0, n), mores: make([]string, 0, n), keys: make([]string, 0, n),
	}
	for i := range jobs {
		r.add(&jobs[i])
	}
	return r
}

func (r *rows) add(job *store.Job) {
	j := sqlstore.NewJob(job, 0)
	r.lanes = append(r.lanes, r.lane(laneKey{j.Queue, j.Kind}))
	r.ids = append(r.ids, j.ID)
	r.priorities = append(r.priorities, int32(j.Priority))
	r.delays = append(r.delays, j.Ord) // it comes in at 0
	r.trails = append(r.trails, int16(j.Trail))
	r.bodies = append(r.bodies, string(j.Args))
	r.mores = append(r.mores, moreText(&j))
	r.keys = append(r.keys, j.Key)
	for _, tag := range j.More.Tags {
		r.tagged, r.tags = append(r.tagged, int32(len(r.ids))), append(r.tags, tag)
	}
}

type laneKey struct{ queue, kind string }

// lane is the number of a lane. Most calls have one.
func (r *rows) lane(key laneKey) int32 {
	if n := len(r.lanes); n > 0 {
		if last := r.lanes[n-1]; r.key(last) == key {
			return last
		}
		if lane := r.numbers[key]; lane != 0 {
			return lane
		}
	}
	r.queues, r.kinds, r.found = append(r.queues, key.queue), append(r.kinds, key.kind), append(r.found, nil)
	lane := int32(len(r.queues))
	if lane == 2 {
		r.numbers = map[laneKey]int32{r.key(1): 1}
	}
	if lane > 1 {
		r.numbers[key] = lane
	}
	return lane
}

func (r *rows) key(lane int32) laneKey { return laneKey{r.queues[lane-1], r.kinds[lane-1]} }

// args are the values of enqueue.
func (r *rows) args() []any {
	return []any{r.queues, r.kinds, int32(store.Format), r.ids, unless(r.lanes, 1), unless(r.priorities, 0), unless(r.delays, 0),
		unless(r.trails, 0), r.bodies, unless(r.mores, "")}
}

// unless is a column, or nothing where all of it is as usual.
func unless[T comparable](column []T, usual T) []T {
	if slices.ContainsFunc(column, func(v T) bool { return v != usual }) {
		return column
	}
	return []T{}
}

// oneRow are the values of enqueue_one.
func oneRow(job *store.Job) []any {
	j := sqlstore.NewJob(job, 0)
	return []any{j.Queue, j.Kind, int32(store.Format), j.ID, int32(j.Priority), j.Ord, int16(j.Trail), string(j.Args), moreText(&j)}
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
func moreOf(j *sqlstore.Job) *string { return orNull(moreText(j)) }

// moreText is the column more, empty: NULL.
func moreText(j *sqlstore.Job) string {
	if j.More.Empty() {
		return ""
	}
	more := j.More // the job need not be on the heap
	return sqlstore.JSON(&more)
}
