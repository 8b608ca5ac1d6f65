package image

import (
	"path"
	"regexp"
	"strings"
)

// publics are images that people take as they are, by their names.
var publics = set(`postgres postgresql postgis pgvector pgbouncer mysql mariadb mongo redis valkey keydb memcached rabbitmq nats kafka zookeeper elasticsearch
opensearch minio elasticmq nginx caddy traefik haproxy httpd envoy vector busybox alpine debian ubuntu amazonlinux curl faktory vault consul grafana prometheus localstack mailhog mailpit
mailcatcher pause oauth2-proxy metabase pgadmin4 adminer flower redis-commander selenium standalone-chrome git-sync kubectl fluent-bit fluentd filebeat promtail`)

// publishers are those who publish images for everybody, by the name in front of the image's.
var publishers = set(`datadog datadoghq newrelic grafana prom prometheus bitnami bitnamilegacy hashicorp oliver006 otel fluent envoyproxy istio linkerd jaegertracing
amazon aquasec aquasecurity selenium browserless metabase oauth2-proxy dpage minio confluentinc cloudflare tailscale sysdig falcosecurity timberio portainer
rediscommander axllent mailhog argoproj google-containers cloudsql-docker cloud-sql-connectors kaniko-project jetstack`)

// registries hold nothing but what others publish.
var registries = []string{"docker.io/library/", "registry.k8s.io/", "k8s.gcr.io/", "mcr.microsoft.com/", "docker.elastic.co/"}

// aliases are those that Amazon gives to publishers who have asked for none: they may be
// anybody's, one's own too.
var aliases = regexp.MustCompile(`^public\.ecr\.aws/[a-z][0-9][a-z0-9]{6}/`)

// Public says whether an image is surely not built here, by its name: registry, publisher,
// image and tag.
func Public(name string) bool {
	if publics[Name(name)] || publishers[path.Base(path.Dir(name))] {
		return true
	}
	for _, r := range registries {
		if strings.HasPrefix(name, r) {
			return true
		}
	}
	return strings.HasPrefix(name, "public.ecr.aws/") && !aliases.MatchString(name)
}

// Name is an image's name without registry, publisher, tag and digest.
func Name(ref string) string {
	base, _, _ := strings.Cut(path.Base(ref), "@")
	base, _, _ = strings.Cut(base, ":")
	return base
}

// entries are what the entry points of public images make of what they are given, by publisher and
// name: apache/airflow's becomes airflow behind an init.
var entries = map[string]string{"n8nio/n8n": "tini -- n8n", "apache/airflow": "dumb-init -- airflow"}

// Entry is what an image starts in front of the command that it is given, as far as it is known by
// its name.
func Entry(name string) []string {
	return strings.Fields(entries[path.Base(path.Dir(name))+"/"+Name(name)])
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}
