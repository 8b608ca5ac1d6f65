package kube

import (
	"path"
	"strings"

	"github.com/tasuki-jobs/tasuki/doctor/internal/image"
)

// name is an image's name without registry, tag and digest.
func name(image string) string {
	base, _, _ := strings.Cut(path.Base(image), "@")
	base, _, _ = strings.Cut(base, ":")
	return base
}

// Foreign says whether an image is surely not built from this repository.
func Foreign(ref string) bool {
	base := name(ref)
	return image.Public(ref) || Proxy(ref) || strings.HasSuffix(base, "-exporter") || strings.HasSuffix(base, "_exporter") || strings.Contains(base, "opentelemetry-collector") || strings.Contains(base, "otel-collector") || base == "statsd"
}

// proxies are programs through which a worker reaches its database or the network.
var proxies = []string{"cloud-sql-proxy", "cloudsql-proxy", "gce-proxy", "alloydb-auth-proxy", "pgbouncer", "pgcat", "odyssey", "proxysql", "envoy", "istio-proxy", "proxyv2",
	"linkerd", "vault-agent", "tailscale", "twemproxy", "stunnel", "consul-dataplane", "ambassador", "rds-proxy", "mcrouter", "teleport"}

// Proxy says whether an image is one of those.
func Proxy(image string) bool {
	base := name(image)
	for _, p := range proxies {
		if strings.Contains(base, p) {
			return true
		}
	}
	return false
}

// Bare says whether an image has no shell and no sleep, by its name.
func Bare(image string) bool {
	base := name(image)
	return strings.Contains(image, "distroless") || base == "scratch" || base == "static" || base == "static-debian12" || strings.HasPrefix(image, "cgr.dev/chainguard/") && !strings.Contains(image, "-dev")
}
