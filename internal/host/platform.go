package host

import (
	"os"
	"time"
)

// A platform is where a process may run, and what is known of the time it grants between
// the stop signal and the kill. No container platform tells a process; what stands here
// is what each documents.
type platform struct {
	name    string
	is      func(Subject) bool
	grace   time.Duration // 0: not known
	fixed   bool          // nobody can set it; otherwise it holds unless setting says more
	most    time.Duration // that can be set; 0: not known
	setting string        // what sets it
}

func has(names ...string) func(Subject) bool {
	return func(s Subject) bool {
		for _, n := range names {
			if s.Env(n) != "" {
				return true
			}
		}
		return false
	}
}

// platforms are asked in this order: whoever runs on another comes before it.
var platforms = []platform{
	{name: "Heroku", is: has("DYNO"), grace: 30 * time.Second, fixed: true},
	{name: "Cloud Run", is: has("K_SERVICE", "CLOUD_RUN_WORKER_POOL"), grace: 10 * time.Second, fixed: true},
	{name: "Cloud Run's jobs", is: has("CLOUD_RUN_JOB")},
	{name: "Fly", is: has("FLY_APP_NAME", "FLY_MACHINE_ID"), grace: 5 * time.Second, most: 300 * time.Second, setting: "kill_timeout"},
	{name: "Render", is: has("RENDER"), grace: 30 * time.Second, most: 300 * time.Second, setting: "maxShutdownDelaySeconds"},
	{name: "Railway", is: has("RAILWAY_PROJECT_ID", "RAILWAY_ENVIRONMENT_ID", "RAILWAY_SERVICE_ID"), setting: "RAILWAY_DEPLOYMENT_DRAINING_SECONDS"},
	{name: "Nomad", is: has("NOMAD_ALLOC_ID"), grace: 5 * time.Second, setting: "kill_timeout, and the client's max_kill_timeout,"},
	{name: "Azure Container Apps", is: has("CONTAINER_APP_NAME"), grace: 30 * time.Second, setting: "terminationGracePeriodSeconds"},
	{name: "ECS on Fargate", is: func(s Subject) bool { return s.Env("AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE" },
		grace: 30 * time.Second, most: 120 * time.Second, setting: "stopTimeout"},
	{name: "ECS", is: has("ECS_CONTAINER_METADATA_URI_V4", "ECS_AGENT_URI"), grace: 30 * time.Second, setting: "stopTimeout"},
	{name: "Kubernetes", is: has("KUBERNETES_SERVICE_HOST"), grace: 30 * time.Second, setting: "terminationGracePeriodSeconds"},
	{name: "Cloud Foundry", is: has("VCAP_APPLICATION")},
	{name: "Kamal", is: has("KAMAL_CONTAINER_NAME"), setting: "stop_timeout"},
	{name: "Docker", is: Subject.inDocker, grace: 10 * time.Second, setting: "--stop-timeout or stop_grace_period"},
}

func (s Subject) inDocker() bool {
	root := s.Root
	if s.outside() {
		root = procPath(s.PID, "root")
	}
	_, err := os.Stat(root + "/.dockerenv")
	return err == nil
}

// platform is where the process runs; false: nowhere that is known.
func (s Subject) platform() (platform, bool) {
	for _, p := range platforms {
		if p.is(s) {
			return p, true
		}
	}
	return platform{}, false
}

// An inner supervisor stands between the platform and the process and kills by itself.
type inner struct {
	grace   time.Duration // 0: not known
	setting string
}

var inners = map[string]inner{
	"foreman":     {5 * time.Second, "foreman's --timeout"},
	"overmind":    {5 * time.Second, "OVERMIND_TIMEOUT"},
	"supervisord": {0, "supervisord's stopwaitsecs"},
}
