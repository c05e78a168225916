package memdir_test

import (
	"bufio"
	"net"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// rawClient speaks bytes, for what no LDAP library would send.
type rawClient struct {
	t  *testing.T
	nc net.Conn
	r  *bufio.Reader
}

func dialRaw(t *testing.T, s *memdir.Server) *rawClient {
	t.Helper()
	nc, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { nc.Close() })
	nc.SetDeadline(time.Now().Add(20 * time.Second))
	return &rawClient{t, nc, bufio.NewReader(nc)}
}

func (c *rawClient) send(b string) {
	// A server that has hung up already is what some tests want to see; they look at what comes back.
	_, _ = c.nc.Write([]byte(b))
}

// next reads one message; nil when the connection has ended.
func (c *rawClient) next() *ber.Packet {
	p, err := ber.ReadPacket(c.r)
	if err != nil {
		if ne, ok := err.(net.Error); ok && ne.Timeout() {
			c.t.Fatal("the server keeps the connection and says nothing")
		}
		return nil
	}
	return p
}

// code is the message ID, operation and result code of an answer.
func code(p *ber.Packet) (id int64, op ber.Tag, result int64) {
	if p == nil {
		return -1, 0, -1
	}
	id, _ = p.Children[0].Value.(int64)
	result, _ = p.Children[1].Children[0].Value.(int64)
	return id, p.Children[1].Tag, result
}

func tlv(tag byte, content ...string) string {
	body := ""
	for _, c := range content {
		body += c
	}
	n := len(body)
	switch {
	case n < 0x80:
		return string([]byte{tag, byte(n)}) + body
	case n < 0x10000:
		return string([]byte{tag, 0x82, byte(n >> 8), byte(n)}) + body
	}
	return string([]byte{tag, 0x84, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + body
}

func ldapMessage(id byte, op string, controls ...string) string {
	body := tlv(0x02, string([]byte{id})) + op
	if len(controls) > 0 {
		body += tlv(0xa0, controls...)
	}
	return tlv(0x30, body)
}

func control(oid string, value string) string {
	return tlv(0x30, tlv(0x04, oid), tlv(0x01, "\xff"), tlv(0x04, value))
}

// searchOp is a base search with a filter in BER.
func searchOp(base, filter string, scope byte) string {
	return tlv(0x63, tlv(0x04, base), tlv(0x0a, string([]byte{scope})), tlv(0x0a, "\x00"), tlv(0x02, "\x00"), tlv(0x02, "\x00"),
		tlv(0x01, "\x00"), filter, tlv(0x30))
}

func present(attr string) string { return tlv(0x87, attr) }

func bindOp(name, password string) string {
	return tlv(0x60, tlv(0x02, "\x03"), tlv(0x04, name), tlv(0x80, password))
}
