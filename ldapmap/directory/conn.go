package directory

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// conn is one connection. It serves one operation at a time.
type conn struct {
	srv  *server
	wire *wire
	ldap *ldap.Conn
	born time.Time
	idle time.Time // since when it lies in the pool
	gen  uint64    // the server's generation when it was last known to be well
	dead bool
}

// dial connects to the server and, if configured, starts TLS. Nothing else is sent. The caller's ctx bounds all of it.
func (s *server) dial(ctx context.Context) (*conn, error) {
	start := s.clock()
	c, err := s.connect(ctx)
	s.observe(Op{Name: OpConnect, Server: s.url, Duration: s.clock().Sub(start), Err: err})
	return c, err
}

func (s *server) connect(ctx context.Context) (*conn, error) {
	gen := s.generation() // what happens to the server from now on casts doubt on this connection, too
	raw, err := (&net.Dialer{}).DialContext(ctx, s.network, s.address)
	if err != nil {
		return nil, fmt.Errorf("connecting: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { raw.Close() })
	stream := raw
	if s.startTLS {
		if err := askStartTLS(raw); err != nil {
			raw.Close()
			return nil, fmt.Errorf("starting TLS: %w", ours(orCause(ctx, err)))
		}
	}
	if s.tls || s.startTLS {
		t := tls.Client(raw, s.tlsConfig)
		if err := t.HandshakeContext(ctx); err != nil {
			raw.Close()
			return nil, fmt.Errorf("TLS with %s: %w", s.address, orCause(ctx, err))
		}
		stream = t
	}
	if !stop() {
		return nil, fmt.Errorf("connecting: %w", context.Cause(ctx))
	}
	c := &conn{srv: s, wire: newWire(raw, stream, s.cfg.MaxAnswer), born: s.clock(), gen: gen}
	c.ldap = ldap.NewConn(c.wire, s.tls || s.startTLS)
	c.ldap.Start()
	return c, nil
}

// orCause prefers the reason why ctx ended to the error that its end caused.
func orCause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// askStartTLS sends the StartTLS request (RFC 4511 4.14.1) and reads exactly its answer, so that nothing that was slipped in behind it
// in clear can be taken for a part of the protected conversation.
func askStartTLS(raw net.Conn) error {
	req := ber.NewSequence("LDAPMessage")
	req.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, 1, "messageID"))
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationExtendedRequest, nil, "ExtendedRequest")
	op.AppendChild(ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, "1.3.6.1.4.1.1466.20037", "requestName"))
	req.AppendChild(op)
	if _, err := raw.Write(req.Bytes()); err != nil {
		return err
	}
	answer, err := ber.ReadPacket(io.LimitReader(raw, 64<<10))
	if err != nil {
		return fmt.Errorf("the server's answer: %w", err)
	}
	err = ldap.GetLDAPError(answer)
	if r := resultOf(OpConnect, err); r != nil {
		return r
	}
	return err
}

// run does one exchange. It returns nil, a *ResultError, a *broken, or an error that arose before anything was sent; after a *broken
// the connection is dead. It ends when ctx does, or after the configured timeout.
func (c *conn) run(ctx context.Context, op OpName, f func(*ldap.Conn) error) error {
	return c.runFor(ctx, c.srv.cfg.Timeout, op, f)
}

// runFor is run with a time of its own.
func (c *conn) runFor(ctx context.Context, limit time.Duration, op OpName, f func(*ldap.Conn) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if ctx.Err() != nil {
		return &broken{gone: context.Cause(ctx), err: errors.New("not sent")}
	}
	c.wire.begin()
	start := c.srv.clock()
	stop := context.AfterFunc(limited, func() { c.wire.raw.Close() })
	err := shielded(c.ldap, f)
	if !stop() {
		c.dead = true // it was closed under the operation, even if that had just succeeded
	}
	err = c.judge(ctx, limited, op, err)
	o := Op{Name: op, Server: c.srv.url, Duration: c.srv.clock().Sub(start), Err: err}
	o.Code, _ = ResultCode(err)
	c.srv.observe(o)
	return err
}

// judge tells a server's answer from a broken exchange.
func (c *conn) judge(ctx, limited context.Context, op OpName, err error) error {
	if err == nil {
		return nil
	}
	if r := resultOf(op, err); r != nil {
		return r
	}
	if e, ok := errors.AsType[*ldap.Error](err); ok && c.wire.sent.Load() == 0 &&
		(e.ResultCode == ldap.ErrorFilterCompile || e.ResultCode == ldap.ErrorEmptyPassword) {
		return err
	}
	c.dead = true
	b := &broken{sent: c.wire.sent.Load() > 0, err: err}
	switch {
	case ctx.Err() != nil:
		b.gone, b.err = context.Cause(ctx), errors.New("no answer in the time given")
		b.timeout = errors.Is(ctx.Err(), context.DeadlineExceeded)
	case limited.Err() != nil:
		b.timeout, b.err = true, errors.New("no answer within the time for an operation")
	case c.wire.over.Load():
		b.err = fmt.Errorf("%w: more than %d bytes", errTooMuch, c.wire.max)
	}
	return b
}

// shielded calls f and turns a panic, which only nonsense from a server could cause in go-ldap's decoders, into an error.
func shielded(l *ldap.Conn, f func(*ldap.Conn) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the server's answer could not be understood: %v", p)
		}
	}()
	return f(l)
}

// usable tells whether the connection may serve another operation.
func (c *conn) usable() bool { return !c.dead && !c.ldap.IsClosing() }

// close ends the connection, with an Unbind (RFC 4511 4.3) if it is still well.
func (c *conn) close() {
	if c.usable() {
		// A server that does not read must not hold us up: the goodbye gets a moment, no more.
		_ = c.wire.raw.SetDeadline(time.Now().Add(time.Second))
		_ = c.ldap.Unbind()
	}
	c.wire.raw.Close()
	c.ldap.Close()
}
