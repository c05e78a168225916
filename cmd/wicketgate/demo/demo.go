// Package demo is `wicketgate demo`: all of Wicketgate on one computer, with nothing to set up.
//
// It starts, on loopback: the directory of a cooperative (a real LDAP server in memory, ldapmap/memdir), the gateway in front of it with an
// ordinary configuration (wicketgate.yaml), a small application that signs people in (orders.go), and an inbox for the mails
// that are sent (inbox.go). Nothing is written to disk and everything ends with it.
//
//   - demo.go: starts it all and waits
//   - directory.go, directory.ldif: the cooperative
//   - words.go: what it prints
//   - orders.go, inbox.go, web.go, pages/: the application and the inbox
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// Options are the ports to listen on, all on 127.0.0.1. Zero takes a free one.
type Options struct {
	Port, DirectoryPort, OrdersPort, InboxPort int
	Version                                    string
	Out                                        io.Writer    // what a person reads
	Log                                        *slog.Logger // what goes wrong, and the audit lines
}

// Addresses are where the demo is.
type Addresses struct {
	Gateway, Directory, Orders, Inbox, Metrics string
}

// Run starts the demo, prints where it is and what to try, and runs until ctx ends. Errors: a port that is taken, with the flag that
// chooses another.
func Run(ctx context.Context, o Options) (err error) {
	d, err := Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	d.say()
	select {
	case <-ctx.Done():
		return nil
	case err := <-d.failed:
		return err
	}
}

// Demo is a demo that runs.
type Demo struct {
	Options
	Addresses
	failed   chan error
	closers  []func() error
	ldap     *memdir.Server
	mails    *inbox.Server
	smtpPort string
}

// Start starts everything.
func Start(ctx context.Context, o Options) (*Demo, error) {
	d := &Demo{Options: o}
	if err := d.start(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Demo) start(ctx context.Context) error {
	d.failed = make(chan error, 4)
	var err error
	if d.ldap, err = openDirectory(d.DirectoryPort, d.Log); err != nil {
		return taken(err, "directory", d.DirectoryPort, "--directory-port")
	}
	d.closers = append(d.closers, d.ldap.Close)
	d.Directory = d.ldap.URL()
	if d.mails, err = inbox.Listen("127.0.0.1:0", inbox.Options{}); err != nil {
		return fmt.Errorf("starting the inbox: %w", err)
	}
	d.closers = append(d.closers, d.mails.Close)
	if _, d.smtpPort, err = net.SplitHostPort(d.mails.Addr()); err != nil {
		return fmt.Errorf("reading the inbox's address: %w", err)
	}
	door, err := d.listen("gateway", d.Port, "--port", &d.Gateway)
	if err != nil {
		return err
	}
	orders, err := d.listen("Orders", d.OrdersPort, "--orders-port", &d.Orders)
	if err != nil {
		return err
	}
	box, err := d.listen("inbox", d.InboxPort, "--inbox-port", &d.Inbox)
	if err != nil {
		return err
	}
	secondary, err := d.listen("metrics", 0, "", &d.Metrics)
	if err != nil {
		return err
	}
	clientSecret := rand.Text() + rand.Text()
	g, err := d.gateway(ctx, clientSecret)
	if err != nil {
		return err
	}
	d.serve(door, g.Handler())
	d.serve(secondary, g.Metrics())
	d.serve(orders, (&Orders{Issuer: d.Gateway, ClientID: "orders", ClientSecret: clientSecret, URL: d.Orders, Log: d.Log}).Handler())
	d.serve(box, (&Inbox{Mails: d.mails, Log: d.Log}).Handler())
	return nil
}

// gateway makes the gateway from the demo's configuration file, in which ${...} stands for the addresses that were chosen.
func (d *Demo) gateway(ctx context.Context, clientSecret string) (*gateway.Gateway, error) {
	file, err := files.ReadFile("wicketgate.yaml")
	if err != nil {
		return nil, err
	}
	values := map[string]string{
		"DEMO_URL": d.Gateway, "DEMO_LISTEN": d.Gateway[len("http://"):], "DEMO_METRICS": d.Metrics[len("http://"):], "DEMO_DIRECTORY": d.Directory,
		"DEMO_SMTP": d.smtpPort, "DEMO_ORDERS": d.Orders, "DEMO_SECRET": rand.Text() + rand.Text(), "DEMO_ORDERS_SECRET": clientSecret,
	}
	cfg, err := config.Parse("wicketgate.yaml", file, func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	})
	if err != nil {
		return nil, fmt.Errorf("the demo's own configuration: %w", err)
	}
	g, err := gateway.New(ctx, cfg, gateway.WithLog(d.Log), gateway.WithVersion(d.Version))
	if err != nil {
		return nil, err
	}
	d.closers = append(d.closers, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		return g.Close(ctx)
	})
	return g, nil
}

// listen opens a port and notes the address that people type.
func (d *Demo) listen(what string, port int, flag string, address *string) (net.Listener, error) {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, taken(err, what, port, flag)
	}
	*address = "http://" + l.Addr().String()
	d.closers = append(d.closers, func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return l, nil
}

func taken(err error, what string, port int, flag string) error {
	if flag == "" || port == 0 {
		return fmt.Errorf("starting the %s: %w", what, err)
	}
	return fmt.Errorf("the %s cannot listen on port %d: %w\nSomething else uses that port. Choose another with %s, or let the demo find a free one with %s 0", what, port, err, flag, flag)
}

func (d *Demo) serve(l net.Listener, h http.Handler) {
	server := web.NewServer("", h, d.Log)
	d.closers = append(d.closers, server.Close)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.failed <- fmt.Errorf("serving %s: %w", l.Addr(), err)
		}
	}()
}

// Close ends everything, the last first.
func (d *Demo) Close() error {
	var errs []error
	for i := len(d.closers) - 1; i >= 0; i-- {
		errs = append(errs, d.closers[i]())
	}
	return errors.Join(errs...)
}

// LDAP is the directory, and Mails the inbox: for tests that look behind the pages.
func (d *Demo) LDAP() *memdir.Server { return d.ldap }

// Mails is the inbox.
func (d *Demo) Mails() *inbox.Server { return d.mails }
