package image

import "testing"

func TestAnImageThatIsMadeFromOthersIsNotTakenForOnesOwn(t *testing.T) {
	for name, want := range map[string]bool{
		"shop-nginx:1": true, "1.dkr.ecr.eu-west-1.amazonaws.com/datadog-agent:7": true, "example/statsd-exporter": true, "cloud-sql-proxy": true, "example/aws-otel-collector": true,
		"1.dkr.ecr.eu-west-1.amazonaws.com/redis-worker:1": false, "kafka-ingest": false, "vector-search": false, "mongo-sync": false, "<IMAGE1_NAME>": false, "${var.image}": false, "shop": false, "": false,
	} {
		if got := Foreign(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
