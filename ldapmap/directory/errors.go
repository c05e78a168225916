package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// ErrUnknownOutcome is in the chain of the error of a write whose connection broke after the request was sent: whether it was
// done is not known. Such an error is Unavailable and has words for the person.
var ErrUnknownOutcome = errors.New("it is not known whether the change was made")

// unknownWords is what a person is told then.
const unknownWords = "The directory did not confirm the change. It may have been made or not: please look before you try again."

// ResultError is a server's answer other than success (RFC 4511 4.1.9).
type ResultError struct {
	Op         OpName
	Code       uint16
	Name       string // of the code
	Matched    string // the lowest existing entry above the one that was named
	Diagnostic string // the server's own text: for administrators
	Referrals  []string
	Policy     *PolicyAnswer // nil if the server sent none
}

// Error gives the code's name and number and the server's text.
func (e *ResultError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%d)", e.Name, e.Code)
	if e.Diagnostic != "" {
		b.WriteString(": " + e.Diagnostic)
	}
	if e.Policy != nil && e.Policy.Error != "" {
		b.WriteString(", password policy: " + string(e.Policy.Error))
	}
	if len(e.Referrals) > 0 {
		b.WriteString(", see " + strings.Join(e.Referrals, " "))
	}
	b.WriteString(hint(e.Code))
	return b.String()
}

// ResultCode returns the LDAP result code of an error from this package; ok is false if no server answered.
func ResultCode(err error) (code uint16, ok bool) {
	if r, is := errors.AsType[*ResultError](err); is {
		return r.Code, true
	}
	return 0, false
}

// resultOf turns go-ldap's error into a ResultError if it is a server's answer; nil if the exchange itself failed.
func resultOf(op OpName, err error) *ResultError {
	e, ok := errors.AsType[*ldap.Error](err)
	// go-ldap's own codes are 200 to 207, and its errors without a packet are not the server's.
	if !ok || e.Packet == nil || e.ResultCode >= ldap.ErrorNetwork && e.ResultCode <= ldap.ErrorMalformedPacket {
		return nil
	}
	r := &ResultError{Op: op, Code: e.ResultCode, Name: codeName(e.ResultCode), Matched: clean(e.MatchedDN)}
	if e.Err != nil {
		r.Diagnostic = clean(e.Err.Error())
	}
	r.Referrals = referrals(e.Packet)
	// go-ldap drops the controls of an answer that is no success, but keeps the packet.
	r.Policy = policyOf(controlsOf(e.Packet))
	return r
}

// clean makes a server's text fit for one line of a log.
func clean(s string) string {
	const max = 1000
	if len(s) > max {
		s = s[:max] + " ..."
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?")))
}

// referrals reads the [3] Referral of an LDAPResult.
func referrals(p *ber.Packet) []string {
	if len(p.Children) < 2 || p.Children[1] == nil {
		return nil
	}
	var all []string
	for _, c := range p.Children[1].Children {
		if c == nil || c.ClassType != ber.ClassContext || c.Tag != 3 || c.TagType != ber.TypeConstructed {
			continue
		}
		for _, u := range c.Children {
			if s, ok := u.Value.(string); ok && len(all) < 5 {
				all = append(all, clean(s))
			}
		}
	}
	return all
}

// broken is the failure of an exchange: the connection is of no use any more.
type broken struct {
	sent    bool  // something of the request had left
	timeout bool  // the server was too slow; else the connection failed
	gone    error // the caller's context, if that is what ended it
	err     error
}

func (b *broken) Error() string { return b.err.Error() }
func (b *broken) Unwrap() []error {
	if b.gone != nil {
		return []error{b.err, b.gone}
	}
	return []error{b.err}
}

// explain wraps err with what was tried and gives it its code.
func explain(op OpName, what, server string, write bool, err error) error {
	if err == nil {
		return nil
	}
	tried := fmt.Errorf("%s %s on %s: %w", op, what, server, err)
	if r, ok := errors.AsType[*ResultError](err); ok {
		return fault.Wrap(faultCode(r.Code), tried)
	}
	if b, ok := errors.AsType[*broken](err); ok && write && b.sent {
		return &fault.Error{Code: fault.Unavailable, Words: unknownWords, Err: fmt.Errorf("%w: %w", ErrUnknownOutcome, tried)}
	}
	if coded, ok := errors.AsType[*fault.Error](err); ok {
		return &fault.Error{Code: coded.Code, Field: coded.Field, Words: coded.Words, Args: coded.Args, Err: tried}
	}
	return fault.Wrap(fault.Unavailable, tried)
}

// ended is the error for a call whose context was over before anything was done.
func ended(ctx context.Context, format string, args ...any) error {
	return fault.Wrap(fault.Unavailable, fmt.Errorf(format+": %w", append(args, context.Cause(ctx))...))
}
