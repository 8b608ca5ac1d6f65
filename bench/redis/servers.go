package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/redis/rueidis"

	"github.com/tasuki-jobs/tasuki/bench/harness"
	"github.com/tasuki-jobs/tasuki/internal/redistest"
)

// servers are two private servers, one that writes nothing to disk and one with an
// append-only file that is synced every second. A store is a database of each, by the
// same number; its path is both addresses.
type servers struct {
	plain, aof *redistest.Server
	dir        string
	next       int
}

func startServers(ctx context.Context, dir string) (harness.Stores, error) {
	dir, err := os.MkdirTemp(dir, "tasuki-bench-")
	if err != nil {
		return nil, err
	}
	s := &servers{dir: dir}
	if s.plain, err = redistest.Start(ctx, redistest.Options{Folder: dir}); err == nil {
		s.aof, err = redistest.Start(ctx, redistest.Options{Folder: dir, AOF: "everysec"})
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Make takes the next database, and copies another's keys into it.
func (s *servers) Make(ctx context.Context, _, from string) (string, error) {
	s.next++
	var paths []string
	for i, server := range []*redistest.Server{s.plain, s.aof} {
		url := server.URL(s.next)
		paths = append(paths, url)
		if from == "" {
			continue
		}
		if err := copyAll(ctx, strings.Fields(from)[i], s.next); err != nil {
			return "", err
		}
	}
	return strings.Join(paths, " "), nil
}

// copyAll copies all keys of one database to another of the same server.
func copyAll(ctx context.Context, from string, to int) error {
	client, err := dial(from)
	if err != nil {
		return err
	}
	defer client.Close()
	keys, err := client.Do(ctx, client.B().Keys().Pattern("*").Build()).AsStrSlice()
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := client.Do(ctx, client.B().Copy().Source(key).Destination(key).Db(int64(to)).Build()).Error(); err != nil {
			return fmt.Errorf("copy %s: %w", key, err)
		}
	}
	return nil
}

func dial(url string) (rueidis.Client, error) {
	o, err := rueidis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	o.ForceSingleClient, o.DisableCache, o.DisableRetry = true, true, true
	return rueidis.NewClient(o)
}

func (s *servers) Seal(context.Context, string, harness.Fill) error { return nil }

func (s *servers) Remove(ctx context.Context, path string) error {
	for _, url := range strings.Fields(path) {
		client, err := dial(url)
		if err != nil {
			return err
		}
		err = client.Do(ctx, client.B().Flushdb().Sync().Build()).Error()
		client.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// Server is the process whose work is counted. That of the other server is not.
func (s *servers) Server() int { return s.plain.PID() }

func (s *servers) Close() error {
	var err error
	for _, server := range []*redistest.Server{s.plain, s.aof} {
		if server != nil {
			err = errors.Join(err, server.Stop())
		}
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}
