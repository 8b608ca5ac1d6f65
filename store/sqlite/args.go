package sqlite

import (
	"context"

	"github.com/tasuki-jobs/tasuki/store/internal/sqlstore"
)

var argsSQL = text("args")

// readArgs reads arguments that lie in a table of their own.
func (r *row) readArgs(ctx context.Context, s session) error {
	var stored any
	rows, err := s.query(ctx, argsSQL, r.Seq)
	switch err = one(rows, err, &stored); {
	case err == errNoRow && (r.Args != nil || r.damage.Has("trail")):
		return nil // they are where short ones are
	case err != nil && err != errNoRow:
		return err
	}
	args, ok := asJSONText(stored)
	if r.Args = args; !ok || stored == nil {
		r.damage = append(r.damage, sqlstore.Flaw{Column: "tasuki_args.args", Holds: stored})
	}
	return nil
}
