package main

import "testing"

func TestAPasswordIsNotShown(t *testing.T) {
	for url, want := range map[string]string{
		"sqlite:jobs.db":                        "sqlite:jobs.db",
		"jobs.db":                               "jobs.db",
		"postgres://ada:secret@db/jobs":         "postgres://ada:xxxxx@db/jobs",
		"postgres://ada@db/jobs?sslmode=prefer": "postgres://ada@db/jobs?sslmode=prefer",
		"%zz":                                   "%zz",
		"redis://s?master_set=m&sentinel_password=secret": "redis://s?master_set=m&sentinel_password=xxxxx",
	} {
		if got := shown(url); got != want {
			t.Errorf("%q is shown as %q, want %q", url, got, want)
		}
	}
}
