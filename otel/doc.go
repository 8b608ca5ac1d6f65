// Package otel exports what tasuki's workers do to OpenTelemetry: a span for each
// run, and the metrics that package prometheus has, under the same names. It needs
// the API only; which SDK and exporter take it is the program's choice.
//
//	o, err := otel.New(otel.Options{Store: st})
//	w, err := tasuki.New(st, o.Instrument(cfg))
//	o.Watch(w)
//
// docs/observability.md has the table of the metrics and describes the spans.
package otel
