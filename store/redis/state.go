package redis

import (
	"context"

	"github.com/redis/rueidis"
)

// iterations reads the iteration state of jobs that were taken, by their number.
func (s *Store) iterations(ctx context.Context, taken []taking) (map[int]iteration, error) {
	ids := make([]string, len(taken))
	for i := range taken {
		j, _ := readJob(taken[i].payload)
		ids[i] = j.rec.ID
	}
	return s.states(ctx, ids)
}

// states reads iteration states by the number of the id.
func (s *Store) states(ctx context.Context, ids []string) (map[int]iteration, error) {
	all := map[int]iteration{}
	if len(ids) == 0 {
		return all, nil
	}
	commands := make(rueidis.Commands, len(ids))
	for i, id := range ids {
		commands[i] = s.client.B().Hmget().Key(iterationKey(id)).Field("c", ownField, "cancelled", "ex").Build()
	}
	for i, r := range s.client.DoMulti(ctx, commands...) {
		values, err := r.ToArray()
		if code(err) == "WRONGTYPE" {
			continue
		}
		if err != nil {
			return nil, explained(err)
		}
		it, some := iteration{jid: ids[i]}, false
		for n, to := range []*string{&it.cursor, &it.progress, &it.cancelled, new(string)} {
			if text, err := values[n].ToString(); err == nil {
				*to, some = text, true
			}
		}
		if some {
			all[i] = it
		}
	}
	return all, nil
}
