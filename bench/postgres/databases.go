package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/internal/pgtest"
)

// databases are the stores: databases of one private server with default settings, so
// fsync and synchronous_commit are on. A store's path is its address.
type databases struct {
	server *pgtest.Server
	pid    int
}

// startServer starts the server, with its files in a directory.
func startServer(ctx context.Context, dir string) (harness.Stores, error) {
	server, err := pgtest.Start(ctx, pgtest.Options{Folder: dir})
	if err != nil {
		return nil, err
	}
	d := databases{server: server}
	if d.pid, err = d.process(ctx); err != nil {
		server.Stop()
		return nil, err
	}
	return d, nil
}

// process finds the server's first process.
func (d databases) process(ctx context.Context) (int, error) {
	conn, err := pgx.Connect(ctx, d.server.DSN("postgres"))
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	var data string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&data); err != nil {
		return 0, err
	}
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	pid, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(pid)
}

func (d databases) Server() int { return d.pid }

// Make copies a database as files, which ends with all of it on disk.
func (d databases) Make(ctx context.Context, name, from string) (string, error) {
	template := "template0"
	if from != "" {
		template = nameOf(from)
	}
	name = strings.ReplaceAll(name, "-", "_")
	err := d.server.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, template))
	return d.server.DSN(name), err
}

// nameOf is the database of a path.
func nameOf(path string) string {
	config, err := pgx.ParseConfig(path)
	if err != nil {
		return ""
	}
	return config.Database
}

// Seal tidies up, unless it is measured how the store is when nobody does.
func (d databases) Seal(ctx context.Context, path string, f harness.Fill) error {
	if f.Churn > 0 {
		return nil
	}
	conn, err := pgx.Connect(ctx, path)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "VACUUM (FREEZE, ANALYZE)")
	return err
}

func (d databases) Remove(ctx context.Context, path string) error {
	return d.server.Exec(ctx, "DROP DATABASE "+nameOf(path)+" WITH (FORCE)")
}

func (d databases) Close() error { return d.server.Stop() }
