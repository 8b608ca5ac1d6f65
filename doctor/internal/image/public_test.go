package image

import "testing"

func TestAnImageOfOthersIsKnownByItsName(t *testing.T) {
	for name, want := range map[string]bool{
		"redis:7": true, "docker.io/library/x": true, "quay.io/oauth2-proxy/oauth2-proxy:v7": true, "gcr.io/datadoghq/agent:7": true, "datadog/agent": true, "metabase/metabase:v0.50": true,
		"public.ecr.aws/aquasec/enforcer:1": true, "public.ecr.aws/a1b2c3d4/shop": false, "hashicorp/terraform": true, "1.dkr.ecr.eu-west-1.amazonaws.com/datadog/agent": true,
		"shop": false, "example/shop:1": false, "ghcr.io/example/redis-worker@sha256:1": false, "1.dkr.ecr.eu-west-1.amazonaws.com/shop": false, "": false,
	} {
		if got := Public(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
