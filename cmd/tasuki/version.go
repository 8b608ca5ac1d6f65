package main

import (
	"runtime"
	"runtime/debug"
)

// versionCmd prints which tasuki this is.
type versionCmd struct{}

// Help is shown below the flags' list.
func (versionCmd) Help() string {
	return `Also the Go it was built with and the platform: say it when you report a defect.

    tasuki version`
}

// Run prints it.
func (versionCmd) Run(c *caller) error {
	v := struct {
		Version  string `json:"version"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{"unknown", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	if c.json {
		return c.printJSON(v)
	}
	return c.printf("tasuki %s %s %s\n", v.Version, v.Go, v.Platform)
}
