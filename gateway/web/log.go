package web

import (
	"log/slog"
	"net/http"
	"strings"
)

// maxLogged bounds what a stranger can put into one attribute of a log line, in bytes.
const maxLogged = 256

// finish writes the one log line of a request. It holds the path and never the query, in which links from mails and answers of
// applications carry secrets.
func (k *Kit) finish(r *http.Request, x *exchange) {
	status := x.rec.status
	if status == 0 {
		status = http.StatusOK
		if r.Context().Err() != nil {
			status = statusClientGone
		}
	}
	took := k.opts.Clock().Sub(x.started)
	if k.opts.Observe != nil {
		k.opts.Observe(x.route, r.Method, status, took)
	}
	level := levelOf(r.URL.Path, status)
	if !k.opts.Log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", truncate(r.Method, 16)),
		slog.String("path", truncate(r.URL.Path, maxLogged)),
		slog.Int("status", status),
		slog.Int64("bytes", x.rec.bytes),
		slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("ip", ClientIP(r)),
		slog.String("request_id", x.id),
	}
	if x.person != "" {
		attrs = append(attrs, slog.String("person", x.person))
	}
	if x.err != nil {
		attrs = append(attrs, slog.String("code", x.code), slog.String("error", truncate(x.err.Error(), 8<<10)))
	}
	k.opts.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// statusClientGone is written to the log, and never sent, when the browser went away before there was an answer.
const statusClientGone = 499

func levelOf(path string, status int) slog.Level {
	switch {
	case status == http.StatusServiceUnavailable:
		return slog.LevelWarn
	case status >= 500:
		return slog.LevelError
	case status < 400 && (path == "/healthz" || path == "/readyz" || strings.HasPrefix(path, "/static/")):
		return slog.LevelDebug // many, and all alike
	}
	return slog.LevelInfo
}

// Note logs an error of which the answer says something itself, as with "changed, but …".
func (k *Kit) Note(r *http.Request, err error) {
	k.opts.Log.LogAttrs(r.Context(), slog.LevelWarn, "done only in part",
		slog.String("path", truncate(r.URL.Path, maxLogged)), slog.String("request_id", RequestID(r)),
		slog.String("error", truncate(err.Error(), 8<<10)))
}
