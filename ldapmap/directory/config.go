package directory

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Config says how to reach a directory. Its zero values are good defaults; only URLs is needed.
type Config struct {
	// URLs are the servers, best first: ldaps://host[:port], ldap://host[:port] or ldapi://%2Fpath%2Fsocket. The first one that is well
	// serves; when it fails the next takes over until it is back.
	URLs []string
	// StartTLS turns ldap:// connections into TLS before anything else is sent (RFC 4511 4.14).
	StartTLS bool
	// CAFile is a PEM file with the authorities to trust instead of the system's.
	CAFile string
	// ServerName is the name to look for in the certificates, if it is not the host of the URL.
	ServerName string
	// InsecureSkipVerify accepts any certificate: for a laboratory only.
	InsecureSkipVerify bool
	// AllowPlaintext permits passwords to travel unprotected to a host other than this one.
	AllowPlaintext bool

	// BindDN and BindPassword are the service account; empty for anonymous.
	BindDN, BindPassword string

	// Dialect names the way in which the server wants passwords changed, one of Dialects. Empty: by what the server says about itself.
	Dialect string

	// DialTimeout bounds connecting, TLS and the service bind together. Default 5 s.
	DialTimeout time.Duration
	// Timeout bounds one operation, or one page of a search. Default 10 s.
	Timeout time.Duration
	// PoolSize is the most connections to each server for the service account. Default 16, at least 2.
	PoolSize int
	// BindSize is the most connections for binds as a person, which are never kept. Default 16.
	BindSize int
	// MaxAge is how long a connection is used before it is made anew, so that load spreads and certificates are checked again.
	// Default 30 min.
	MaxAge time.Duration
	// ValidateAfter is how long a connection may lie idle before it is tried with a harmless read prior to use. Default 30 s.
	ValidateAfter time.Duration
	// ProbeInterval is how often a server that is down is tried. Default 5 s.
	ProbeInterval time.Duration
	// ReturnAfter is how long a better server has to be well again before Writer goes back to it, so that replication can catch
	// up. Default 10 s.
	ReturnAfter time.Duration
	// PageSize is the number of entries asked for at once. Default 500.
	PageSize int
	// MaxAnswer bounds the bytes a server may send for one operation or page. Default 64 MiB.
	MaxAnswer int64
	// MaxValues bounds the values in one entry. Default 200,000.
	MaxValues int
}

// withDefaults fills in what was left out.
func (c Config) withDefaults() Config {
	def(&c.DialTimeout, 5*time.Second)
	def(&c.Timeout, 10*time.Second)
	def(&c.PoolSize, 16)
	def(&c.BindSize, 16)
	def(&c.MaxAge, 30*time.Minute)
	def(&c.ValidateAfter, 30*time.Second)
	def(&c.ProbeInterval, 5*time.Second)
	def(&c.ReturnAfter, 10*time.Second)
	def(&c.PageSize, 500)
	def(&c.MaxAnswer, 64<<20)
	def(&c.MaxValues, 200_000)
	return c
}

func def[T comparable](v *T, value T) {
	var zero T
	if *v == zero {
		*v = value
	}
}

// Validate returns everything that is wrong with the configuration, in the order of its fields; nil if it can be opened.
func (c Config) Validate() []error {
	var problems []error
	bad := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(c.URLs) == 0 {
		bad("no server is named: give at least one URL such as ldaps://ldap.example.org")
	}
	seen := map[string]bool{}
	for _, u := range c.URLs {
		t, err := parseTarget(u)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if seen[t.address] {
			bad("%s is named twice", u)
		}
		seen[t.address] = true
		if t.tls && c.StartTLS {
			bad("%s is encrypted from the start, StartTLS does not go with it: use ldap:// or leave StartTLS out", u)
		}
		if !t.tls && !t.local && !c.StartTLS && !c.AllowPlaintext {
			bad("%s would send passwords unprotected: use ldaps://, or StartTLS, or allow plain text explicitly", u)
		}
	}
	if _, err := c.tlsConfig(); err != nil {
		problems = append(problems, err)
	}
	if c.BindDN == "" && c.BindPassword != "" {
		bad("there is a password but no DN for the service account")
	}
	if c.BindDN != "" {
		if c.BindPassword == "" {
			bad("there is no password for the service account %s", c.BindDN)
		}
		// Active Directory also takes user@domain and DOMAIN\user, so the name is not checked as a DN.
	}
	if !knownDialect(c.Dialect) {
		bad("the dialect %q is none of %s", c.Dialect, strings.Join(Dialects(), ", "))
	}
	problems = append(problems, c.validateNumbers()...)
	return problems
}

func (c Config) validateNumbers() []error {
	var problems []error
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"the time to connect", int64(c.DialTimeout)}, {"the time for an operation", int64(c.Timeout)},
		{"the pool's size", int64(c.PoolSize)}, {"the number of binds at once", int64(c.BindSize)},
		{"the age of connections", int64(c.MaxAge)}, {"the idle time", int64(c.ValidateAfter)},
		{"the time between probes", int64(c.ProbeInterval)}, {"the time before returning", int64(c.ReturnAfter)},
		{"the page size", int64(c.PageSize)}, {"the size of an answer", c.MaxAnswer}, {"the number of values", int64(c.MaxValues)},
	} {
		if n.value < 0 {
			problems = append(problems, fmt.Errorf("%s cannot be negative", n.name))
		}
	}
	if c.PoolSize == 1 {
		problems = append(problems, errors.New("the pool needs at least 2 connections: a search holds one while its entries are looked at"))
	}
	return problems
}
