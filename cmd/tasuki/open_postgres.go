package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/tasuki-jobs/tasuki/store/postgres"
)

// A postgresSchema is where the jobs are in a PostgreSQL database.
type postgresSchema struct {
	dsn, schema string
	pooled      bool
}

// postgresOf takes a URL apart: all of it is the server's, but schema, which says
// where the tables are, and pooled, which says that a pooler is in front.
func postgresOf(text string) (postgresSchema, error) {
	u, err := url.Parse(text)
	if err != nil {
		return postgresSchema{}, fmt.Errorf("the URL cannot be read") // its text may hold a password
	}
	query := u.Query()
	p := postgresSchema{schema: query.Get("schema")}
	query.Del("schema")
	if text := query.Get("pooled"); text != "" {
		if p.pooled, err = strconv.ParseBool(text); err != nil {
			return postgresSchema{}, fmt.Errorf("pooled is %q in the URL (hint: pooled=true behind a pooler in transaction mode)", text)
		}
	}
	query.Del("pooled")
	u.RawQuery = query.Encode()
	p.dsn = u.String()
	if strings.HasPrefix(p.dsn, "postgresql:") {
		p.dsn = "postgres:" + strings.TrimPrefix(p.dsn, "postgresql:")
	}
	return p, nil
}

func (p postgresSchema) open(ctx context.Context, make bool) (*openStore, error) {
	st, err := postgres.Open(ctx, p.dsn, postgres.Options{Schema: p.schema, Pooled: p.pooled, NoMigrate: !make})
	if err != nil {
		return nil, unavailable(err)
	}
	return &openStore{Store: st, close: st.Close}, nil
}

func (p postgresSchema) migrate(ctx context.Context, dryRun bool) ([]step, error) {
	missing, err := postgres.Migrate(ctx, p.dsn, postgres.MigrateOptions{Schema: p.schema, DryRun: dryRun})
	if err != nil {
		return nil, unavailable(err)
	}
	steps := []step{}
	for _, m := range missing {
		steps = append(steps, step{Version: m.Version, Name: m.Name, SQL: m.SQL})
	}
	return steps, nil
}
