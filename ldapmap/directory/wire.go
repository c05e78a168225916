package directory

import (
	"errors"
	"net"
	"sync/atomic"
)

// wire is the byte stream below go-ldap: TLS or plain, with three things that go-ldap leaves out. It bounds what the
// server may send in answer to one operation, it knows whether anything of a request has left, and it writes BOOLEANs as
// RFC 4511 5.1 wants them.
type wire struct {
	net.Conn          // what is read and written: the TLS connection, or raw
	raw      net.Conn // the socket, to be closed without a word

	max    int64
	budget atomic.Int64
	sent   atomic.Int64
	over   atomic.Bool
}

var errTooMuch = errors.New("the server's answer is too large")

func newWire(raw, stream net.Conn, max int64) *wire {
	w := &wire{Conn: stream, raw: raw, max: max}
	w.begin()
	return w
}

// begin opens the budget for the next operation.
func (w *wire) begin() {
	w.sent.Store(0)
	w.budget.Store(w.max)
}

// Read reads from the server until the operation's budget is spent.
func (w *wire) Read(p []byte) (int, error) {
	if w.budget.Load() <= 0 {
		w.over.Store(true)
		return 0, errTooMuch
	}
	n, err := w.Conn.Read(p)
	w.budget.Add(int64(-n))
	return n, err
}

// Write sends one LDAPMessage: go-ldap hands over exactly one at a time.
func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(strictBooleans(p))
	w.sent.Add(int64(n))
	return n, err
}

// Close closes the socket. There is no TLS close_notify, which could block: LDAP messages carry their own length.
func (w *wire) Close() error { return w.raw.Close() }

// strictBooleans returns the BER message with every universal BOOLEAN that is true written as 0xFF. go-ldap writes 0x01, which
// RFC 4511 5.1 forbids, and Samba reads that as false: a critical control, typesOnly and deleteoldrdn would be lost. The message is
// copied only if something has to be changed, and returned as it is if it is no well-formed BER.
func strictBooleans(msg []byte) []byte {
	var at []int
	if !findBooleans(msg, 0, len(msg), 0, &at) || len(at) == 0 {
		return msg
	}
	out := append([]byte(nil), msg...)
	for _, i := range at {
		out[i] = 0xff
	}
	return out
}

// findBooleans walks the elements in msg[from:to] and collects where a true BOOLEAN is not 0xFF.
func findBooleans(msg []byte, from, to, depth int, at *[]int) bool {
	if depth > 64 {
		return false
	}
	for from < to {
		tag := msg[from]
		if tag&0x1f == 0x1f || from+1 >= to {
			return false // LDAP has no tag above 30
		}
		size, start := int(msg[from+1]), from+2
		if size >= 0x80 {
			n := size & 0x7f
			if n == 0 || n > 4 || start+n > to {
				return false
			}
			size = 0
			for _, b := range msg[start : start+n] {
				size = size<<8 | int(b)
			}
			start += n
		}
		end := start + size
		if end > to || end < start {
			return false
		}
		switch {
		case tag&0x20 != 0:
			if !findBooleans(msg, start, end, depth+1, at) {
				return false
			}
		case tag == 0x01 && size == 1 && msg[start] != 0 && msg[start] != 0xff:
			*at = append(*at, start)
		}
		from = end
	}
	return true
}
