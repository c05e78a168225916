package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/wicketgate/wicketgate/gateway/mail"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
)

// mailCollector turns mail.Status into metrics when somebody asks.
type mailCollector struct{ status func() mail.Status }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("wicketgate_"+name, help, labels, nil)
}

// Describe sends nothing: an unchecked collector, whose metrics are few and fixed.
func (c *mailCollector) Describe(chan<- *prometheus.Desc) {}

func (c *mailCollector) Collect(out chan<- prometheus.Metric) {
	s := c.status()
	send := func(kind prometheus.ValueType, value float64, d *prometheus.Desc, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	send(prometheus.GaugeValue, float64(s.Queued), describe("mail_queued", "Mails waiting or being sent."))
	mails := describe("mails_total", "Mails by what became of them; retried counts attempts.", "outcome")
	send(prometheus.CounterValue, float64(s.Sent), mails, "sent")
	send(prometheus.CounterValue, float64(s.Retried), mails, "retried")
	send(prometheus.CounterValue, float64(s.Dropped), mails, "dropped")
	since := 0.0
	if !s.Healthy() {
		since = float64(s.FailingSince.Unix())
	}
	send(prometheus.GaugeValue, since, describe("mail_failing_since_seconds", "Unix time since when the mail server fails; 0 while it works."))
}

// directoryCollector turns the servers' status into metrics when somebody asks.
type directoryCollector struct {
	servers func() []directory.ServerStatus
}

func (c *directoryCollector) Describe(chan<- *prometheus.Desc) {}

func (c *directoryCollector) Collect(out chan<- prometheus.Metric) {
	up := describe("ldap_server_up", "1 if the directory server is well, as far as operations have shown.", "server")
	open := describe("ldap_connections", "Connections of the pool, by state.", "server", "state")
	for _, s := range c.servers() {
		value := 0.0
		if s.Up {
			value = 1
		}
		out <- prometheus.MustNewConstMetric(up, prometheus.GaugeValue, value, s.URL)
		out <- prometheus.MustNewConstMetric(open, prometheus.GaugeValue, float64(s.Idle), s.URL, "idle")
		out <- prometheus.MustNewConstMetric(open, prometheus.GaugeValue, float64(s.Open-s.Idle), s.URL, "busy")
	}
}

// Database is how the database of the records is.
type Database struct {
	Up         bool
	Open, Idle int // connections
}

// databaseCollector turns it into metrics when somebody asks.
type databaseCollector struct{ status func() Database }

func (c *databaseCollector) Describe(chan<- *prometheus.Desc) {}

func (c *databaseCollector) Collect(out chan<- prometheus.Metric) {
	s := c.status()
	value := 0.0
	if s.Up {
		value = 1
	}
	out <- prometheus.MustNewConstMetric(describe("sql_up", "1 if the database of the records is well, as far as operations have shown."), prometheus.GaugeValue, value)
	open := describe("sql_connections", "Connections of the pool, by state.", "state")
	out <- prometheus.MustNewConstMetric(open, prometheus.GaugeValue, float64(s.Idle), "idle")
	out <- prometheus.MustNewConstMetric(open, prometheus.GaugeValue, float64(s.Open-s.Idle), "busy")
}
