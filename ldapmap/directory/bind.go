package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Credentials are a person's name in the directory and their password.
type Credentials struct{ DN, Password string }

// BindAnswer is what the directory said to somebody's name and password.
type BindAnswer struct {
	Server string
	Result *ResultError  // nil if they were accepted
	Policy *PolicyAnswer // nil if the server sent none, also with an acceptance
}

// OK tells whether name and password were accepted. The policy answer may still ask for something.
func (a BindAnswer) OK() bool { return a.Result == nil }

// ErrPassword is in the chain of the error for a password that must not be sent: empty, or with a NUL in it. A server takes a bind without
// a password for an anonymous one and accepts it (RFC 4513 5.1.2), and servers in C may take a NUL for the end.
var ErrPassword = errors.New("a password that is empty or contains a NUL is never sent")

// Bind asks whether name and password are right (RFC 4513 5.1.3), on a connection that serves nothing else before or after. A
// refusal is an answer, not an error. A server that cannot be reached is passed over for the next; a bind that was sent is not
// sent again, since servers count failures. Errors: Invalid with ErrPassword, Unavailable, Internal (the server does not take
// passwords this way).
func (d *Directory) Bind(ctx context.Context, dn, password string) (BindAnswer, error) {
	var answer BindAnswer
	err := d.asPerson(ctx, Credentials{dn, password}, func(_ *conn, a BindAnswer) error {
		answer = a
		return nil
	})
	return answer, err
}

// ModifyAs changes an entry as a person, so that the directory's rules for them apply. A refused bind is an error with the
// bind's ResultError (its Op is OpBind). Other errors: as Bind and Modify.
func (d *Directory) ModifyAs(ctx context.Context, as Credentials, dn string, mods []ldapmap.Mod) error {
	r, err := modifyRequest(dn, mods)
	if err != nil {
		return err
	}
	return d.writeAs(ctx, as, OpModify, dn, func(l *ldap.Conn) error { return l.Modify(r) })
}

// writeAs does one write as a person.
func (d *Directory) writeAs(ctx context.Context, as Credentials, op OpName, dn string, f func(*ldap.Conn) error) error {
	return d.asPerson(ctx, as, func(c *conn, a BindAnswer) error {
		if !a.OK() {
			return explain(OpBind, quote(as.DN), a.Server, false, a.Result)
		}
		err := c.run(ctx, op, f)
		if _, is := errors.AsType[*broken](err); is {
			c.srv.trouble(ctx, err)
		}
		return explain(op, quote(dn), c.srv.url, true, err)
	})
}

// asPerson binds on a new connection, calls f with the answer and closes the connection. f's error is returned as it is.
func (d *Directory) asPerson(ctx context.Context, as Credentials, f func(*conn, BindAnswer) error) error {
	if as.Password == "" || strings.ContainsRune(as.Password, 0) {
		return fault.Wrap(fault.Invalid, ErrPassword)
	}
	if strings.TrimSpace(as.DN) == "" {
		return fault.New(fault.Invalid, "bind: a bind without a name is anonymous, whatever the password")
	}
	select {
	case d.binds <- struct{}{}:
		defer func() { <-d.binds }()
	case <-ctx.Done():
		return ended(ctx, "bind %s: all %d connections for people are busy", quote(as.DN), d.cfg.BindSize)
	}
	if d.life.Err() != nil {
		return fault.Wrap(fault.Unavailable, errClosed)
	}
	var refused []error
	for _, s := range d.order() {
		c, err := s.dialBounded(ctx)
		if err != nil {
			if ctx.Err() != nil {
				s.trouble(ctx, err)
				return explain(OpBind, quote(as.DN), s.url, false, err)
			}
			s.markDown(err)
			refused = append(refused, fmt.Errorf("%s: %w", s.url, err))
			continue
		}
		defer c.close()
		answer, err := c.bind(ctx, as)
		if err != nil {
			if _, is := errors.AsType[*broken](err); is {
				s.trouble(ctx, err)
			}
			return explain(OpBind, quote(as.DN), s.url, false, err)
		}
		return f(c, answer)
	}
	return unreachable(OpBind, quote(as.DN), refused)
}

func (s *server) dialBounded(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.cfg.DialTimeout, fmt.Errorf("no connection within %v", s.cfg.DialTimeout))
	defer cancel()
	return s.dial(ctx)
}

// bind does the exchange. Results that are about the person become an answer, others an error.
func (c *conn) bind(ctx context.Context, as Credentials) (BindAnswer, error) {
	a := BindAnswer{Server: c.srv.url}
	err := c.run(ctx, OpBind, func(l *ldap.Conn) error {
		res, err := l.SimpleBind(ldap.NewSimpleBindRequest(as.DN, as.Password, policyRequest()))
		if err == nil {
			a.Policy = policyOf(res.Controls)
		}
		return err
	})
	r, ok := errors.AsType[*ResultError](err)
	if !ok {
		return a, err
	}
	switch r.Code {
	// 389-DS says constraintViolation to a locked account; 53 and 50 are other servers' ways to refuse; 32 and 34 tell that the name
	// does not exist any more.
	case CodeInvalidCredentials, CodeInappropriateAuth, CodeUnwillingToPerform, CodeConstraintViolation, CodeInsufficientAccessRights,
		CodeNoSuchObject, CodeInvalidDNSyntax:
		a.Result, a.Policy = r, r.Policy
		return a, nil
	}
	return a, err
}
