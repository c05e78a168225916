package mail

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"
	"strconv"
	"time"
)

// TLS is how the connection to the mail server is protected.
type TLS string

// The ways. The zero TLS is StartTLS. There is no "if offered": whoever can read the connection could withhold the offer.
const (
	StartTLS TLS = "starttls" // RFC 3207; a server without it is an error
	Direct   TLS = "tls"      // RFC 8314, usually port 465
	None     TLS = "none"     // nothing; only sensible to a server on this machine
)

// Config says which server to use. Host and From are required; the zero values of all others are good.
type Config struct {
	Host string // name or address of the server
	Port int    // 0: 587 for StartTLS, 465 for Direct, 25 for None
	TLS  TLS

	// CAFile holds the PEM certificates that the server's certificate must come from; empty: those of the system.
	CAFile string
	// ServerName is the name in the server's certificate, if it is not Host.
	ServerName string

	User, Password string // empty: no AUTH

	From    string // RFC 5322 mailbox: "no-reply@example.org" or "Example <no-reply@example.org>"
	ReplyTo string // likewise; empty: none

	// Timeout bounds one delivery, from dialling to the last answer; 0: 30 s.
	Timeout time.Duration
	// Workers is how many deliveries run at once; 0: 2.
	Workers int
	// Queue is how many mails may wait; 0: 1000.
	Queue int
	// Attempts is how often a mail is tried before it is given up; 0: 10, which takes about 35 minutes.
	Attempts int
}

func (c Config) withDefaults() Config {
	if c.TLS == "" {
		c.TLS = StartTLS
	}
	if c.Port == 0 {
		c.Port = map[TLS]int{StartTLS: 587, Direct: 465, None: 25}[c.TLS]
	}
	if c.ServerName == "" {
		c.ServerName = c.Host
	}
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Workers == 0 {
		c.Workers = 2
	}
	if c.Queue == 0 {
		c.Queue = 1000
	}
	if c.Attempts == 0 {
		c.Attempts = 10
	}
	return c
}

// Addr is the server as host:port, with the default port filled in.
func (c Config) Addr() string {
	c = c.withDefaults()
	return net.JoinHostPort(c.Host, strconv.Itoa(c.Port))
}

// Problem is one thing that is wrong with a Config: Key is the field's name in the configuration file ("from").
type Problem struct{ Key, Found, Want string }

// Error says it in one line.
func (p Problem) Error() string { return fmt.Sprintf("%s: found %q, want %s", p.Key, p.Found, p.Want) }

// Validate returns everything that is wrong, without touching the network.
func (c Config) Validate() []Problem {
	var ps []Problem
	wrong := func(key, found, want string) { ps = append(ps, Problem{key, found, want}) }
	if c.Host == "" {
		wrong("host", "", "the name of the mail server")
	}
	if c.Port < 0 || c.Port > 65535 {
		wrong("port", strconv.Itoa(c.Port), "a port from 1 to 65535")
	}
	switch c.TLS {
	case "", StartTLS, Direct:
	case None:
		if c.User != "" && !loopback(c.Host) {
			wrong("tls", string(c.TLS), "starttls or tls: the password would cross the network in clear")
		}
	default:
		wrong("tls", string(c.TLS), "starttls, tls or none")
	}
	if _, err := mail.ParseAddress(c.From); err != nil {
		wrong("from", c.From, `the sender, such as "Example <no-reply@example.org>"`)
	}
	if c.ReplyTo != "" {
		if _, err := mail.ParseAddress(c.ReplyTo); err != nil {
			wrong("reply_to", c.ReplyTo, "a mail address")
		}
	}
	if (c.User == "") != (c.Password == "") {
		wrong("user", c.User, "both user and password, or neither")
	}
	if _, err := c.roots(); err != nil {
		wrong("ca_file", c.CAFile, "a readable file of PEM certificates ("+err.Error()+")")
	}
	for _, n := range []struct {
		key string
		n   int64
	}{{"timeout", int64(c.Timeout)}, {"workers", int64(c.Workers)}, {"queue", int64(c.Queue)}, {"attempts", int64(c.Attempts)}} {
		if n.n < 0 {
			wrong(n.key, strconv.FormatInt(n.n, 10), "a positive value")
		}
	}
	return ps
}

// roots returns nil for the system's.
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

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
