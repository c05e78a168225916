package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/web"
)

type serveCommand struct {
	Config string        `short:"c" default:"${config}" env:"WICKETGATE_CONFIG" placeholder:"FILE" help:"The configuration file (${default})."`
	Grace  time.Duration `default:"20s" help:"How long requests under way and waiting mails have to finish when it is told to end (${default})."`
}

// Help is the long text of "wicketgate serve --help".
func (serveCommand) Help() string {
	return `It starts even if the directory does not answer, says so on every page, and recovers by itself. Run "wicketgate check" first.

SIGTERM or Ctrl-C ends it: no new requests, those under way finish, waiting mails are sent. Nothing is lost when it is killed, or
when several run side by side with the same configuration and secret. Logs go to standard error.`
}

// Run serves until ctx ends.
func (c serveCommand) Run(ctx context.Context, std stdio) error {
	cfg, err := load(c.Config, std)
	if err != nil {
		return err
	}
	log := newLog(cfg, std.err)
	for _, w := range cfg.Warnings {
		log.Warn("configuration: "+w.String(), "key", w.Key)
	}
	listeners, err := c.listen(cfg, log)
	if err != nil {
		return err
	}
	g, err := gateway.New(ctx, cfg, gateway.WithLog(log), gateway.WithVersion(version()))
	if err != nil {
		return errors.Join(err, closeAll(listeners))
	}
	err = c.serve(ctx, cfg, listeners, g, log)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Grace)
	defer cancel()
	return errors.Join(err, g.Close(closing))
}

// listen opens the address for people and, if there is one, the address for machines. It comes first: a port that is taken is the
// commonest reason why a program does not start.
func (c serveCommand) listen(cfg *config.Config, log *slog.Logger) ([]net.Listener, error) {
	front, err := open("listen", cfg.Listen)
	if err != nil {
		return nil, err
	}
	listeners := []net.Listener{front}
	if cfg.TLS.Cert != "" {
		cert, err := loadCertificate(cfg.TLS.Cert, cfg.TLS.Key, log, time.Now)
		if err != nil {
			return nil, errors.Join(err, closeAll(listeners))
		}
		listeners[0] = tls.NewListener(front, cert.config())
	}
	if cfg.MetricsListen != "" {
		back, err := open("metrics_listen", cfg.MetricsListen)
		if err != nil {
			return nil, errors.Join(err, closeAll(listeners))
		}
		listeners = append(listeners, back)
	}
	return listeners, nil
}

func closeAll(listeners []net.Listener) error {
	var errs []error
	for _, l := range listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// serve serves on the listeners until ctx ends or one of them fails, and then lets requests under way finish.
func (c serveCommand) serve(ctx context.Context, cfg *config.Config, listeners []net.Listener, g *gateway.Gateway, log *slog.Logger) (err error) {
	handlers := []http.Handler{g.Handler(), g.Metrics()}
	servers := make([]*http.Server, len(listeners))
	addresses := make([]string, len(listeners))
	failed := make(chan error, len(listeners))
	for i, l := range listeners {
		addresses[i] = l.Addr().String()
		servers[i] = web.NewServer(addresses[i], handlers[i], log)
		go func() { failed <- servers[i].Serve(l) }()
	}
	log.Info("serving", "public_url", cfg.PublicURL, "listen", addresses[0], "metrics_listen", strings.Join(addresses[1:], ""), "version", version())
	select {
	case <-ctx.Done():
		log.Info("ending: no new requests, those under way may finish", "grace", c.Grace.String())
	case err = <-failed:
		err = fmt.Errorf("serving: %w", err)
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Grace)
	defer cancel()
	for _, s := range servers {
		if late := s.Shutdown(closing); late != nil {
			err = errors.Join(err, fmt.Errorf("some requests did not finish within %v: %w", c.Grace, late), s.Close())
		}
	}
	return err
}

func open(key, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, withHint(fmt.Errorf("something else listens on %s already", address), fmt.Sprintf("choose another address with %s, or end the other program.", key))
	case errors.Is(err, syscall.EACCES):
		return nil, withHint(fmt.Errorf("this user may not listen on %s", address), "ports below 1024 need root or a reverse proxy; the default 127.0.0.1:8080 does not.")
	}
	return nil, withHint(fmt.Errorf("listening on %s: %w", address, err), fmt.Sprintf("%s must be an address of this machine.", key))
}

// newLog is the log that the configuration asks for. The level was checked when it was loaded.
func newLog(cfg *config.Config, w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(cfg.Log.Level))
	opts := &slog.HandlerOptions{Level: level}
	if cfg.Log.Format == "text" {
		return slog.New(slog.NewTextHandler(w, opts))
	}
	return slog.New(slog.NewJSONHandler(w, opts))
}
