package inbox

import (
	"errors"
	"fmt"
	"net"

	"github.com/emersion/go-smtp"
)

// Step is a moment of an SMTP session at which something can go wrong.
type Step string

// The steps. The argument that Options.Fault gets with them is the peer's address, the user, the sender, the recipient, or the recipient again.
const (
	Connect Step = "connect"
	Auth    Step = "auth"
	From    Step = "from"
	To      Step = "to"
	Data    Step = "data"
)

// Fault is what goes wrong; the zero Fault is nothing.
type Fault struct {
	Code int    // a reply of 400 to 599
	Text string // its text
	Hang bool   // no answer, until the client gives up or the server is closed
	Drop bool   // the connection is closed without a word
}

// play does what Options.Fault says; an error ends the step.
func (s *Server) play(conn net.Conn, step Step, arg string) error {
	if s.opts.Fault == nil {
		return nil
	}
	f := s.opts.Fault(step, arg)
	switch {
	case f.Hang:
		<-s.closed
		fallthrough
	case f.Drop:
		_ = conn.Close()
		return errors.New("the connection was closed")
	case f.Code != 0:
		return &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.EnhancedCode{f.Code / 100, 0, 0}, Message: f.Text}
	}
	return nil
}

// socket is the listener; it plays the faults of Connect, which go-smtp has no place for: it opens a session at each EHLO only.
type socket struct {
	net.Listener
	server *Server
}

func (l *socket) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil || l.server.opts.Fault == nil {
			return conn, err
		}
		if f := l.server.opts.Fault(Connect, conn.RemoteAddr().String()); f != (Fault{}) {
			go func() {
				if f.Hang {
					<-l.server.closed
				}
				if f.Code != 0 {
					_, _ = fmt.Fprintf(conn, "%d %s\r\n", f.Code, f.Text)
				}
				_ = conn.Close()
			}()
			continue
		}
		return conn, nil
	}
}
