// Package doctor reads the files that a deployment is made of and says where it will lose
// jobs: before the deploy, without running anything and without asking anybody.
//
// It finds images, Kubernetes manifests, ECS task definitions, compose files, systemd units, Supervisor's programs,
// crontabs and scripts in a folder, the workers in them, and follows each from what the
// platform starts down to the worker: does the stop signal arrive, and is the time until the
// kill longer than what the worker needs? Each rule stands in a file of its own, with its
// reason and its examples.
//
// Files are read through internal/repo, bounded and without following links out of the folder.
// Each format has a reader below internal; all of them make deploy.Workloads. What depends
// on variables that no file resolves is said to be unknown, never guessed.
package doctor
