// Package prometheus exports what tasuki's workers do to Prometheus. Three lines
// wire it:
//
//	m := prometheus.New(prometheus.Options{Store: st})
//	w, err := tasuki.New(st, m.Instrument(cfg))
//	m.Watch(w)
//	http.Handle("/metrics", m.Handler())
//
// docs/observability.md has the table of the metrics and says what each is good
// for.
package prometheus
