package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// certificate is a certificate in files that somebody renews: it is read again when they change, without a restart.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger
	clock             func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	changed time.Time // of certFile
	looked  time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Minute

func loadCertificate(certFile, keyFile string, log *slog.Logger, clock func() time.Time) (*certificate, error) {
	c := &certificate{certFile: certFile, keyFile: keyFile, log: log, clock: clock}
	if err := c.read(); err != nil {
		return nil, withHint(fmt.Errorf("reading the certificate: %w", err), "tls.cert and tls.key are PEM files; the key must belong to the first certificate.")
	}
	return c, nil
}

func (c *certificate) read() error {
	c.looked = c.clock()
	info, err := os.Stat(c.certFile)
	if err != nil {
		return err
	}
	if c.current != nil && info.ModTime().Equal(c.changed) {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return err
	}
	c.current, c.changed = &pair, info.ModTime()
	return nil
}

// get is tls.Config.GetCertificate. New files that cannot be read leave the old certificate in use, and are logged: half of a pair may
// just be being written.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clock().Sub(c.looked) >= lookEvery {
		if err := c.read(); err != nil {
			c.log.Error("the new certificate cannot be read; the old one stays in use", "error", err)
		}
	}
	return c.current, nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{GetCertificate: c.get, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}
