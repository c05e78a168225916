package ldaptest

import (
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy is a line to a server that can be troubled. It begins in order.
type Proxy struct {
	Addr string // host:port

	target string
	mu     sync.Mutex
	mode   mode
	after  int64 // bytes of answers that still pass before the line is cut; with cut
	thaw   chan struct{}
	listen net.Listener
	conns  map[net.Conn]bool
	closed bool
	wg     sync.WaitGroup

	accepted   atomic.Int64
	toServer   atomic.Int64
	fromServer atomic.Int64
}

type mode int

const (
	pass mode = iota
	hang
	cut
)

// NewProxy makes a line to the server of an LDAP URL.
func NewProxy(t testing.TB, url string) *Proxy {
	t.Helper()
	_, target, _ := strings.Cut(url, "://")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, listen: l, conns: map[net.Conn]bool{}, thaw: make(chan struct{})}
	p.wg.Add(1)
	go p.accept(l)
	t.Cleanup(p.close)
	return p
}

// URL is the line's own address, with ldap://.
func (p *Proxy) URL() string { return "ldap://" + p.Addr }

// TLSURL is the line's own address, with ldaps://: for a line to a server's TLSURL.
func (p *Proxy) TLSURL() string { return "ldaps://" + p.Addr }

// Hang keeps the connections open, takes new ones, and lets nothing through in either direction until Pass.
func (p *Proxy) Hang() { p.set(hang, 0) }

// CutAfter lets n bytes of answers through and then cuts the connection that they came on. It cuts once, and is in order again
// afterwards. With 0 the request arrives and no byte of the answer does.
func (p *Proxy) CutAfter(n int64) { p.set(cut, n) }

// Drop cuts all connections that are open now.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		sever(c)
	}
}

// Refuse cuts all connections and refuses new ones until Pass.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	l := p.listen
	p.listen = nil
	p.mu.Unlock()
	if l != nil {
		l.Close()
	}
	p.Drop()
}

// Pass puts the line in order again.
func (p *Proxy) Pass(t testing.TB) {
	t.Helper()
	p.mu.Lock()
	shut := p.listen == nil
	p.mu.Unlock()
	if shut {
		l, err := net.Listen("tcp", p.Addr)
		if err != nil {
			t.Fatalf("the proxy's port was taken meanwhile: %v", err)
		}
		p.mu.Lock()
		p.listen = l
		p.mu.Unlock()
		p.wg.Add(1)
		go p.accept(l)
	}
	p.set(pass, 0)
}

// Accepted is the number of connections that were made.
func (p *Proxy) Accepted() int { return int(p.accepted.Load()) }

// Open is the number of connections that are open now.
func (p *Proxy) Open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns) / 2
}

// Bytes is what went to the server and what came from it.
func (p *Proxy) Bytes() (to, from int64) { return p.toServer.Load(), p.fromServer.Load() }

func (p *Proxy) set(m mode, after int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == hang && m != hang {
		close(p.thaw)
		p.thaw = make(chan struct{})
	}
	p.mode, p.after = m, after
}

func (p *Proxy) accept(l net.Listener) {
	defer p.wg.Done()
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		p.accepted.Add(1)
		p.wg.Add(1)
		go p.serve(c)
	}
}

// serve joins a client with the server.
func (p *Proxy) serve(client net.Conn) {
	defer p.wg.Done()
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		sever(client)
		return
	}
	defer server.Close()
	p.mu.Lock()
	if p.closed || p.listen == nil { // it was accepted just before the line began to refuse
		p.mu.Unlock()
		sever(client)
		return
	}
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()

	done := make(chan struct{})
	go func() {
		defer close(done)
		p.copy(server, client, &p.toServer, false)
		sever(server)
	}()
	p.copy(client, server, &p.fromServer, true)
	sever(client)
	<-done
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// copy carries bytes until one side ends or the line is cut.
func (p *Proxy) copy(to io.Writer, from io.Reader, count *atomic.Int64, answers bool) {
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			pass, ok := p.allowed(n, answers)
			count.Add(int64(pass))
			if _, werr := to.Write(buf[:pass]); werr != nil || !ok {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// allowed waits while the line hangs and says how many of n bytes may pass, and whether the connection lives on.
func (p *Proxy) allowed(n int, answers bool) (int, bool) {
	for {
		p.mu.Lock()
		m, thaw := p.mode, p.thaw
		if p.closed {
			p.mu.Unlock()
			return 0, false
		}
		if m == cut && answers {
			if int64(n) > p.after {
				n = int(p.after)
				p.mode = pass
				p.mu.Unlock()
				return n, false
			}
			p.after -= int64(n)
		}
		p.mu.Unlock()
		if m != hang {
			return n, true
		}
		<-thaw
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	l := p.listen
	p.listen, p.closed = nil, true
	p.mu.Unlock()
	if l != nil {
		l.Close()
	}
	p.set(pass, 0)
	p.Drop()
	p.wg.Wait()
}

// sever ends a connection with a reset, as a firewall or a crash would.
func sever(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	c.Close()
}
