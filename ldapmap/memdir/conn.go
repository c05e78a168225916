package memdir

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// queueLength is how many requests of one connection may wait while one is worked on.
const queueLength = 64

const oidNoticeOfDisconnection = "1.3.6.1.4.1.1466.20036"

// conn is one client. A reader takes requests off the wire, so that an abandon or a closed connection is noticed
// while a request is being worked on; a worker runs them one after the other.
type conn struct {
	server *Server
	id     uint64
	log    *slog.Logger
	raw    net.Conn // what was accepted; closing it ends everything
	net    net.Conn // raw, or TLS over it
	r      *bufio.Reader
	w      *bufio.Writer

	ctx     context.Context
	cancel  context.CancelFunc
	queue   chan *queued
	resumed chan struct{} // the worker has finished StartTLS
	gone    chan struct{} // closed when nothing more comes from the client

	mu      sync.Mutex
	waiting map[int64]*queued // what an abandon can reach

	session session
	known   atomic.Bool // the session is not anonymous; for the reader, which may not look into session
}

type queued struct {
	*message
	ctx    context.Context
	cancel context.CancelFunc
}

func newConn(ctx context.Context, s *Server, nc net.Conn, id uint64) *conn {
	c := &conn{server: s, id: id, log: s.opts.Log.With("connection", id), raw: nc, queue: make(chan *queued, queueLength),
		resumed: make(chan struct{}), gone: make(chan struct{}), waiting: map[int64]*queued{}}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.use(nc)
	return c
}

func (c *conn) use(nc net.Conn) {
	c.net, c.r, c.w = nc, bufio.NewReader(nc), bufio.NewWriter(nc)
}

func (c *conn) close() {
	c.cancel()
	c.raw.Close()
}

// serve returns when the connection is closed and both goroutines are done with it.
func (c *conn) serve(config *tls.Config) {
	defer c.close()
	if config != nil {
		if err := c.handshake(config); err != nil {
			c.log.Info("TLS handshake failed", "err", err)
			return
		}
	}
	var reader sync.WaitGroup
	reader.Go(func() {
		defer close(c.queue) // the worker still answers what has arrived: a client may close its sending side early
		defer close(c.gone)
		if err := c.read(); err != nil && c.ctx.Err() == nil && !errors.Is(err, io.EOF) {
			c.log.Info("connection ended", "err", err)
		}
	})
	c.work()
	c.close()
	reader.Wait()
}

func (c *conn) handshake(config *tls.Config) error {
	secure := tls.Server(c.raw, config)
	ctx, cancel := context.WithTimeout(c.ctx, c.server.opts.Limits.Request)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	c.use(secure)
	c.session.tls = true
	return nil
}

// read runs until the connection ends, says unbind or sends something that is not LDAP.
func (c *conn) read() error {
	limits := c.server.opts.Limits
	for {
		if err := c.net.SetReadDeadline(time.Now().Add(limits.Idle)); err != nil {
			return err
		}
		if _, err := c.r.Peek(1); err != nil {
			return err
		}
		if err := c.net.SetReadDeadline(time.Now().Add(limits.Request)); err != nil {
			return err
		}
		size := limits.MessageBytes
		if !c.known.Load() {
			size = min(size, limits.AnonymousBytes)
		}
		frame, err := readFrame(c.r, size)
		if err != nil {
			return c.enqueueBroken(err)
		}
		m, err := parseMessage(frame)
		if err != nil {
			return c.enqueueBroken(err)
		}
		kind, known := kinds[m.op.Tag]
		if !known {
			return c.enqueueBroken(malformed("unknown operation"))
		}
		c.server.counters.of(kind).Add(1)
		if kind == KindAbandon {
			c.abandon(m)
			continue
		}
		if !c.enqueue(m) || kind == KindUnbind {
			<-c.ctx.Done()
			return nil
		}
		if startsTLS(m) {
			select {
			case <-c.resumed:
			case <-c.ctx.Done():
				return nil
			}
		}
	}
}

func startsTLS(m *message) bool {
	if m.op.Tag != tagExtendedRequest {
		return false
	}
	req, err := parseExtended(m.op)
	return err == nil && req.oid == oidStartTLS
}

func (c *conn) enqueue(m *message) bool {
	q := &queued{message: m}
	q.ctx, q.cancel = context.WithCancel(c.ctx)
	c.mu.Lock()
	c.waiting[m.id] = q
	c.mu.Unlock()
	select {
	case c.queue <- q:
		return true
	case <-c.ctx.Done():
		q.cancel()
		return false
	}
}

// enqueueBroken lets the worker finish what came before, then say goodbye: a message without operation.
func (c *conn) enqueueBroken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return err
	}
	if c.enqueue(&message{id: -1}) {
		<-c.ctx.Done()
	}
	return err
}

// abandon cancels a request that waits or runs (RFC 4511 4.11). There is no answer.
func (c *conn) abandon(m *message) {
	text, ok := raw(m.op)
	if !ok || len(text) == 0 {
		return
	}
	id, err := ber.ParseInt64([]byte(text))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if q := c.waiting[id]; q != nil && q.op.Tag != tagBindRequest {
		q.cancel()
	}
}

// work runs requests in order of arrival.
func (c *conn) work() {
	for q := range c.queue {
		more := q.op != nil && c.handle(q)
		if q.op == nil {
			c.notice(ProtocolError, "message is not LDAP")
		}
		q.cancel()
		c.mu.Lock()
		if c.waiting[q.id] == q {
			delete(c.waiting, q.id)
		}
		c.mu.Unlock()
		if !more {
			c.close()
			for q := range c.queue { // nothing behind it runs
				q.cancel()
			}
			return
		}
	}
}

// notice is the Notice of Disconnection (RFC 4511 4.4.1).
func (c *conn) notice(code Code, why string) {
	_ = c.send(response(0, tagExtendedResponse, &Result{Code: code, Diagnostic: why}, nil,
		newContext(10, oidNoticeOfDisconnection)))
	_ = c.flush()
}

func (c *conn) send(p *ber.Packet) error {
	if err := c.net.SetWriteDeadline(time.Now().Add(c.server.opts.Limits.Write)); err != nil {
		return err
	}
	_, err := c.w.Write(p.Bytes())
	return err
}

func (c *conn) flush() error { return c.w.Flush() }
