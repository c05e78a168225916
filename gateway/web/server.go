package web

import (
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns an HTTP server with every size and time bounded, so that no client can hold on to it: 32 KiB of headers, ten
// seconds to send them, a minute for the body and for the answer (a photo over a slow line), two minutes of idling.
func NewServer(addr string, handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr: addr, Handler: handler,
		MaxHeaderBytes: 32 << 10, ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug), // handshakes that strangers broke off
	}
}
