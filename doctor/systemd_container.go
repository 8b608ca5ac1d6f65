package doctor

import (
	"strings"
	"time"

	"github.com/tasuki-jobs/tasuki/doctor/internal/deploy"
	"github.com/tasuki-jobs/tasuki/doctor/internal/unit"
)

// podmanStop is what Podman waits where nobody says it (podman-stop(1)).
const podmanStop = 10 * time.Second

// container is what a container file of Podman's Quadlet starts (podman-systemd.unit(5)).
func (u *unitWorkloads) container(v variant) *deploy.Workload {
	sv := &service{variant: v, user: isUsers(v)}
	sv.env = v.Environment("Container", u.environmentFile("", v))
	w := &deploy.Workload{Platform: deploy.Quadlet, Name: sv.title(), Pos: v.Header("Container"), Env: sv.env.Values, EnvOpen: sv.env.Open, EnvFile: sv.env.File, Detail: sv, Grace: v.stopTimeout()}
	if e, ok := v.Last("Container", "Image"); ok {
		w.ImageName = deploy.Text{Value: e.Value, Pos: e.Pos, Open: strings.Contains(e.Value, "%")}
		w.Image = u.images.imageOf(strings.TrimSuffix(e.Value, ".build"))
	}
	plain := unit.Env{Open: true} // Podman puts no variables in
	if all := v.Commands("Container", "Exec", plain); len(all) > 0 {
		w.Command = &deploy.Command{Pos: all[len(all)-1].Pos, Words: all[len(all)-1].Words}
		w.Pos = w.Command.Pos
	}
	if all := v.Commands("Container", "Entrypoint", plain); len(all) > 0 {
		w.Entry = &deploy.Command{Pos: all[len(all)-1].Pos, Words: all[len(all)-1].Words}
	}
	if v.True("Container", "RunInit") {
		e, _ := v.Last("Container", "RunInit")
		w.Init = e.Pos
	}
	if e, ok := v.Last("Container", "StopSignal"); ok {
		w.StopSignal = deploy.Text{Value: e.Value, Pos: e.Pos}
	}
	return w
}

// stopTimeout is how long Podman waits between the stop signal and the kill.
func (v variant) stopTimeout() Figure {
	if d, e, _ := v.Time("Container", "StopTimeout"); e.Pos.Known() {
		return Figure{Time: d, What: "StopTimeout", Pos: e.Pos}
	}
	for _, e := range v.All("Container", "PodmanArgs") {
		words := strings.Fields(strings.ReplaceAll(e.Value, "=", " "))
		for i, w := range words[:max(len(words)-1, 0)] {
			if d, ok := unit.Span(words[i+1]); ok && w == "--stop-timeout" {
				return Figure{Time: d, What: "--stop-timeout", Pos: e.Pos}
			}
		}
	}
	return Figure{Time: podmanStop, What: "Podman's default stop timeout", Default: true, Pos: v.Header("Container")}
}
