package inbox

import (
	"crypto/subtle"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one SMTP session.
type session struct {
	server *Server
	conn   *smtp.Conn
	signed bool
	from   string
	to     []string
}

// open is called at EHLO, and once more after STARTTLS.
func (s *Server) open(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c}, nil
}

func (s *session) AuthMechanisms() []string {
	if s.server.opts.User == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	if s.server.opts.User == "" {
		return nil, smtp.ErrAuthUnsupported
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := s.server.play(s.conn.Conn(), Auth, user); err != nil {
			return err
		}
		o := s.server.opts
		if user != o.User || subtle.ConstantTimeCompare([]byte(password), []byte(o.Password)) != 1 {
			return smtp.ErrAuthFailed
		}
		s.signed = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if err := s.server.play(s.conn.Conn(), From, from); err != nil {
		return err
	}
	if _, secure := s.conn.TLSConnectionState(); s.server.opts.TLS != nil && !secure {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Must issue a STARTTLS command first"} // RFC 3207 4
	}
	if s.server.opts.User != "" && !s.signed {
		return smtp.ErrAuthRequired
	}
	s.from, s.to = from, nil
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.server.play(s.conn.Conn(), To, to); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r) // bounded by MaxMessageBytes
	if err != nil {
		return err
	}
	if err := s.server.play(s.conn.Conn(), Data, s.to[0]); err != nil {
		return err
	}
	m, err := parse(raw)
	if err != nil {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: err.Error()}
	}
	m.From, m.To = s.from, s.to
	s.server.keep(m)
	return nil
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }
