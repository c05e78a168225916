// Package metrics counts what the gateway does, for Prometheus on the second address (metrics_listen).
//
// Each part of the program knows only a plain function or its own status; the composition root joins them:
//
//	m := metrics.New()
//	m.Version(version)
//	web.Options{Observe: m.ObserveRequest}
//	directory.WithObserver(m.ObserveLDAP)
//	audit.New(w, clock).Tap(m.ObserveEvent)   // sign-ins, tokens, resets: whatever has an audit line is counted by it
//	m.ReadMail(mailer.Status)                 // read when somebody scrapes
//	m.ReadDirectory(dir.Servers)
//	m.ObserveSQL, m.ReadDatabase              // where the records are in SQL
//	mux.Handle("GET /metrics", m.Handler())
//
// Labels come from short fixed lists (routes are patterns, never paths; servers are those configured), so that no stranger can make the
// server remember more by asking for more. There is no global registry.
package metrics
