package sqlstate

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

// Config says which database. Either File or URL.
type Config struct {
	// File is a SQLite file. It is made if it is not there, for its owner alone.
	File string
	// URL is a PostgreSQL database: postgres://user@host[:port][,host...]/database, with the parameters host (for the folder of a socket), sslmode and
	// target_session_attrs.
	URL string
	// Password is that of the user in URL, if it is not in there.
	Password string
	// CAFile is a PEM file with the authorities that a PostgreSQL server's certificate comes from. Default: those of the system.
	CAFile string

	// PoolSize is the most connections. Default 8.
	PoolSize int
	// Timeout bounds one verb, or one page of List, with everything that is tried again. Default 10 s.
	Timeout time.Duration
	// PageSize is the number of records that List holds at once. Default 100.
	PageSize int
}

func (c Config) withDefaults() Config {
	def(&c.PoolSize, 8)
	def(&c.Timeout, 10*time.Second)
	def(&c.PageSize, 100)
	return c
}

func def[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// maxPool bounds PoolSize: a PostgreSQL server takes 100 connections unless told otherwise, from all replicas together.
const maxPool = 1000

// Problem is something wrong with a Config. Found is never a part of a URL: it could hold the password, or what was meant as one.
type Problem struct{ Key, Found, Want, Hint string }

// Error says it in one line.
func (p Problem) Error() string {
	text := p.Key + ": want " + p.Want
	if p.Hint != "" {
		text += " (" + p.Hint + ")"
	}
	return text
}

// Validate returns everything that is wrong, without touching a database.
func (c Config) Validate() []Problem {
	var ps []Problem
	wrong := func(key, found, want, hint string) { ps = append(ps, Problem{key, found, want, hint}) }
	switch {
	case (c.File == "") == (c.URL == ""):
		wrong("", "", "either file, for SQLite, or url, for PostgreSQL", "")
	case c.File != "":
		if c.Password != "" {
			wrong("password", "", "no password for a SQLite file", "who may read the file is decided by its permissions")
		}
		if c.CAFile != "" {
			wrong("ca_file", c.CAFile, "no ca_file for a SQLite file", "")
		}
	default:
		t, err := parseURL(c.URL)
		switch {
		case err != nil:
			wrong("url", "", "an address such as postgres://wicketgate@db.example.org/wicketgate", err.Error())
		case t.password != "" && c.Password != "":
			wrong("password", "", "the password once: in url, or here", "")
		}
		if _, err := c.roots(); err != nil {
			wrong("ca_file", c.CAFile, "a file of PEM certificates that can be read", err.Error())
		}
	}
	if c.PoolSize != 0 && (c.PoolSize < 2 || c.PoolSize > maxPool) {
		wrong("pool_size", strconv.Itoa(c.PoolSize), fmt.Sprintf("a number from 2 to %d", maxPool), "")
	}
	if c.Timeout < 0 || c.PageSize < 0 {
		wrong("timeout", c.Timeout.String(), "a positive value", "")
	}
	return ps
}

// InTheClear names a host to which the password and the records travel unprotected, because the URL says so; empty if there is none.
func (c Config) InTheClear() string {
	t, err := parseURL(c.URL)
	if c.URL == "" || err != nil {
		return ""
	}
	for _, h := range t.hosts {
		if !h.local() && t.sslmode == "disable" {
			return h.name
		}
	}
	return ""
}

// Where names the database for a log or a report. There is no secret in it.
func (c Config) Where() string {
	if c.File != "" {
		return "SQLite, " + c.File
	}
	t, err := parseURL(c.URL)
	if err != nil {
		return "PostgreSQL"
	}
	return "PostgreSQL, " + t.String()
}

// roots are the authorities of CAFile, nil for those of the system.
func (c Config) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("there is no certificate in it")
	}
	return pool, nil
}

// tls is how to protect the way to a host; nil for none. Whatever is protected is verified: what libpq calls "require" and "verify-ca" would accept
// anybody, or anybody's machine.
func (c Config) tls(t target, h host, roots *x509.CertPool) *tls.Config {
	switch {
	case h.socket(), t.sslmode == "disable":
		return nil
	case h.local() && t.sslmode == "" && c.CAFile == "":
		return nil
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots, ServerName: h.name}
}

// closedToOthers tells whether nobody but owner and group may use a file.
func closedToOthers(mode os.FileMode) bool {
	return runtime.GOOS == "windows" || mode.Perm()&0o007 == 0
}
