package metrics

import (
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// Metrics is a registry with the gateway's metrics. All methods are safe for concurrent use, those that register a status are for the start.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	latency    *prometheus.HistogramVec
	operations *prometheus.CounterVec
	opLatency  *prometheus.HistogramVec
	events     *prometheus.CounterVec
	statements *prometheus.CounterVec
	sqlLatency *prometheus.HistogramVec
}

// New makes the registry, with the Go runtime's and the process's own metrics in it.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wicketgate_http_requests_total", Help: "Requests served, by route pattern, method and status.",
		}, []string{"route", "method", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wicketgate_http_request_seconds", Help: "Time to serve a request, by route pattern.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"route"}),
		operations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wicketgate_ldap_operations_total", Help: "Exchanges with the directory, by server, kind and LDAP result (name of the failure if there was none).",
		}, []string{"server", "operation", "result"}),
		opLatency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wicketgate_ldap_operation_seconds", Help: "Time of an exchange with the directory, by kind.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wicketgate_events_total", Help: "Events of the audit log, by action and outcome: sign-ins, resets, tokens, consents and the like.",
		}, []string{"action", "outcome"}),
		statements: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "wicketgate_sql_operations_total", Help: "Operations on the database of the records, by kind and result.",
		}, []string{"operation", "result"}),
		sqlLatency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "wicketgate_sql_operation_seconds", Help: "Time of an operation on the database of the records, by kind.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.operations, m.opLatency, m.events, m.statements, m.sqlLatency,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Version puts the version into wicketgate_build_info. Call it once.
func (m *Metrics) Version(version string) {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "wicketgate_build_info", Help: "Always 1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version},
	})
	info.Set(1)
	m.registry.MustRegister(info)
}

// ObserveRequest counts a finished request: web.Options.Observe. route is the pattern that matched, empty for none.
func (m *Metrics) ObserveRequest(route, method string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, known(method), strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(took.Seconds())
}

// known bounds the methods: a client may send any word.
func known(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// ObserveLDAP counts an exchange with the directory: directory.WithObserver.
func (m *Metrics) ObserveLDAP(op directory.Op) {
	m.operations.WithLabelValues(op.Server, string(op.Name), result(op)).Inc()
	m.opLatency.WithLabelValues(string(op.Name)).Observe(op.Duration.Seconds())
}

func result(op directory.Op) string {
	if op.Err == nil {
		return "0"
	}
	if code, ok := directory.ResultCode(op.Err); ok {
		return strconv.Itoa(int(code))
	}
	if op.Code != 0 {
		return strconv.Itoa(int(op.Code))
	}
	if e, ok := errors.AsType[net.Error](op.Err); ok && e.Timeout() {
		return "timeout"
	}
	return "network"
}

// ObserveSQL counts an operation on the database of the records: sqlstate.WithObserver.
func (m *Metrics) ObserveSQL(operation, result string, took time.Duration) {
	m.statements.WithLabelValues(operation, result).Inc()
	m.sqlLatency.WithLabelValues(operation).Observe(took.Seconds())
}

// ObserveEvent counts an event of the audit log: audit.Log.Tap.
func (m *Metrics) ObserveEvent(e audit.Event) {
	m.events.WithLabelValues(string(e.Action), string(e.Outcome)).Inc()
}

// ReadMail reads the mailer's status at each scrape.
func (m *Metrics) ReadMail(status func() mail.Status) {
	m.registry.MustRegister(&mailCollector{status})
}

// ReadDirectory reads at each scrape how the servers are.
func (m *Metrics) ReadDirectory(servers func() []directory.ServerStatus) {
	m.registry.MustRegister(&directoryCollector{servers})
}

// ReadDatabase reads at each scrape how the database of the records is.
func (m *Metrics) ReadDatabase(status func() Database) {
	m.registry.MustRegister(&databaseCollector{status})
}

// Handler serves the metrics in the formats that Prometheus asks for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry, MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}
