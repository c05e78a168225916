// Package audit writes down who did what: one JSON line for every sign-in, failure, change, reset, invitation and consent.
//
// The pages and the provider call Log.Event once, after the directory or the store has answered, so that a line never
// promises what did not happen:
//
//	log.Event(ctx, audit.Event{Action: audit.PasswordChanged, Person: user.ID, IP: web.ClientIP(r)})
//
// A line is for two readers: an administrator with a question ("who reset this password?") and a machine that collects lines (fail2ban,
// Loki, a SIEM). So keys never change their meaning, actions come from the one list in actions.go, and everything that
// a stranger may have typed is cut to a bound and freed of control characters first. There is no field that could hold a
// password, a token or a link; Detail is for the directory's own words.
//
//	{"time":"2026-03-01T09:30:00Z","level":"INFO","msg":"sign_in_failed","outcome":"failure",
//	 "login":"jdoe","ip":"192.0.2.7","request_id":"c0ffee","detail":"49 invalidCredentials"}
//
// The package imports the standard library alone, and everybody above the directory may import it.
package audit
