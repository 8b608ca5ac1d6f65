package otel

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/tasuki-jobs/tasuki/internal/measure"
)

func attributes(m *measure.Metric, values []string) attribute.Set {
	all := make([]attribute.KeyValue, len(values))
	for i, v := range values {
		all[i] = attribute.String(measure.Attribute(m.Labels[i]), v)
	}
	return attribute.NewSet(all...)
}

// observe registers what is read at a collection.
func observe(api metric.Meter, reader *measure.Reader) (metric.Registration, error) {
	instruments := map[*measure.Metric]metric.Float64Observable{}
	var all []metric.Observable
	for _, m := range measure.All {
		if !m.Read() {
			continue
		}
		i, err := observable(api, m)
		if err != nil {
			return nil, err
		}
		instruments[m] = i
		all = append(all, i)
	}
	return api.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		for _, s := range reader.Read(ctx) {
			o.ObserveFloat64(instruments[s.Metric], s.Value, metric.WithAttributeSet(attributes(s.Metric, s.Labels)))
		}
		return nil
	}, all...)
}

func observable(api metric.Meter, m *measure.Metric) (metric.Float64Observable, error) {
	if m.Type == measure.Total {
		return api.Float64ObservableCounter(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help))
	}
	return api.Float64ObservableGauge(m.Name, metric.WithUnit(m.Unit), metric.WithDescription(m.Help))
}
