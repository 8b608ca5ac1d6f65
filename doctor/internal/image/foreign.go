package image

import (
	"regexp"
	"slices"
	"strings"
)

// others are programs that no team builds for its own workers; their names begin an image's, or a
// part of it, also where somebody has made one of their own from theirs: shop-nginx.
var others = []string{"datadog", "fluent", "xray", "x-ray", "envoy", "nginx", "redis", "memcached", "postgres", "mysql", "mariadb", "otel", "opentelemetry", "cloudwatch-agent", "newrelic", "new-relic",
	"appmesh", "app-mesh", "busybox", "cloudflared", "statsd", "traefik", "haproxy", "rabbitmq", "localstack", "splunk", "logdna",
	"telegraf", "prometheus", "grafana", "oauth2-proxy", "ssm-agent", "guardduty", "sysdig", "falco", "adot"}

// proxies are programs through which a worker reaches its database or the network.
var proxies = []string{"cloud-sql-proxy", "cloudsql-proxy", "gce-proxy", "alloydb-auth-proxy", "pgbouncer", "pgcat", "odyssey", "proxysql", "envoy", "istio-proxy", "proxyv2",
	"linkerd", "vault-agent", "tailscale", "twemproxy", "stunnel", "consul-dataplane", "ambassador", "rds-proxy", "mcrouter", "teleport"}

// ownWords are what teams call their own images by, whatever else is in the name: redis-worker.
var ownWords = regexp.MustCompile(`worker|job|queue|sidekiq|celery|app|consumer`)

// Foreign says whether an image is surely not built here, by its name: others publish it, or it is
// made from a program of theirs that works no jobs off.
func Foreign(ref string) bool {
	base := strings.ToLower(Name(ref))
	switch {
	case Public(ref), Proxy(ref), strings.HasSuffix(base, "-exporter"), strings.HasSuffix(base, "_exporter"):
		return true
	case ownWords.MatchString(base):
		return false
	}
	return slices.ContainsFunc(others, func(o string) bool { return strings.HasPrefix(base, o) || strings.Contains(base, "-"+o) })
}

// Proxy says whether an image is one through which a worker reaches its database or the network.
func Proxy(ref string) bool {
	base := Name(ref)
	return slices.ContainsFunc(proxies, func(p string) bool { return strings.Contains(base, p) })
}
