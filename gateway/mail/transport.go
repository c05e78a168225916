package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// connection is one SMTP session. Each mail has its own: a gateway sends a few mails a minute, and a session that is not kept cannot go stale.
type connection struct {
	client *gomail.Client
	smtp   *smtp.Client
	net    net.Conn
	cancel func() bool
}

// connect dials, protects the connection and signs in.
//
// The dialling is ours, because go-mail leaves the connection open when the greeting, STARTTLS or AUTH fails, and because ending ctx must
// break off a server that never answers.
func (m *Mailer) connect(ctx context.Context, asciiOnly bool) (*connection, error) {
	c := &connection{}
	dial := func(dialing context.Context, network, addr string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(dialing, network, addr)
		if err != nil {
			return nil, err
		}
		if m.cfg.TLS == Direct {
			secure := tls.Client(conn, m.tlsConfig())
			if err := secure.HandshakeContext(dialing); err != nil {
				_ = conn.Close()
				return nil, err
			}
			conn = secure
		}
		c.net, c.cancel = conn, context.AfterFunc(ctx, func() { _ = conn.Close() })
		return conn, nil
	}
	client, err := gomail.NewClient(m.cfg.Host, m.options(dial, asciiOnly)...)
	if err != nil {
		return nil, &failure{step: "preparing the connection to " + m.cfg.Addr(), err: err, final: true}
	}
	c.client = client
	c.smtp, err = client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		c.close()
		if ctx.Err() != nil {
			err = fmt.Errorf("no answer in time: %w", ctx.Err())
		}
		return nil, &failure{step: "connecting to " + m.cfg.Addr(), err: explain(err)}
	}
	return c, nil
}

func (m *Mailer) options(dial gomail.DialContextFunc, asciiOnly bool) []gomail.Option {
	opts := []gomail.Option{
		gomail.WithPort(m.cfg.Port), gomail.WithTimeout(m.cfg.Timeout), gomail.WithDialContextFunc(dial),
		gomail.WithTLSConfig(m.tlsConfig()), gomail.WithoutNoop(),
	}
	switch m.cfg.TLS {
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Direct:
		opts = append(opts, gomail.WithSSL())
	case None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if asciiOnly {
		// go-mail asks for SMTPUTF8 wherever it is offered, and a relay must then refuse next hops that lack it (RFC 6531 3.2).
		opts = append(opts, gomail.WithoutSMTPUTF8())
	}
	if m.cfg.User != "" {
		opts = append(opts, gomail.WithUsername(m.cfg.User), gomail.WithPassword(m.cfg.Password))
		if m.cfg.TLS == None { // Validate made sure that this is a loopback
			opts = append(opts, gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc))
		} else {
			opts = append(opts, gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1,
				gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
		}
	}
	return opts
}

func (m *Mailer) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: m.cfg.ServerName, RootCAs: m.roots, MinVersion: tls.VersionTLS12}
}

// explain adds what an administrator can do to the errors that everybody meets once.
func explain(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "does not support STARTTLS"):
		return fmt.Errorf("%w (set mail.tls to tls if the port speaks TLS from the start, or to none for a server on this machine)", err)
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return fmt.Errorf("%w (set mail.ca_file to the certificate of your own authority, mail.server_name if the certificate has another name)", err)
	case errors.As(err, new(tls.RecordHeaderError)):
		return fmt.Errorf("%w (the port does not speak TLS from the start: set mail.tls to starttls)", err)
	case strings.Contains(text, "SMTP AUTH failed"):
		return fmt.Errorf("%w (check mail.user and mail.password)", err)
	}
	return err
}

// quit ends the session politely; whatever the server answers, the mail has been taken.
func (c *connection) quit() { _ = c.smtp.Quit() }

// close frees the connection, whatever state it is in.
func (c *connection) close() {
	if c.net != nil {
		c.cancel()
		_ = c.net.Close()
	}
}

// Test connects, protects the connection, signs in, asks whether the sender would be accepted, and ends without sending
// anything. It returns what was agreed, in words for an administrator. Errors hold the mail server's own words.
func (m *Mailer) Test(ctx context.Context) (string, error) {
	if m.off {
		return "", errors.New("no mail server is configured (mail.host)")
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	c, err := m.connect(ctx, true)
	if err != nil {
		return "", err
	}
	defer c.close()
	words := "without TLS"
	if state, err := c.smtp.GetTLSConnectionState(); err == nil {
		words = tls.VersionName(state.Version)
	}
	if m.cfg.User != "" {
		words += ", signed in as " + m.cfg.User
	}
	if err := c.smtp.Mail(m.from.Address); err != nil {
		return "", &failure{step: "offering " + m.from.Address + " as the sender", err: err}
	}
	_ = c.smtp.Reset()
	c.quit()
	return words + ", sender " + m.from.Address + " accepted", nil
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func before(s, sep string) string {
	head, _, _ := strings.Cut(s, sep)
	return head
}
