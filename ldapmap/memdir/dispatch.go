package memdir

import (
	"context"
	"errors"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// responseTags says which response answers which request.
var responseTags = map[ber.Tag]ber.Tag{
	tagBindRequest: tagBindResponse, tagSearchRequest: tagSearchDone, tagModifyRequest: tagModifyResponse,
	tagAddRequest: tagAddResponse, tagDeleteRequest: tagDeleteResponse, tagModifyDNRequest: tagModifyDNResponse,
	tagCompareRequest: tagCompareResponse, tagExtendedRequest: tagExtendedResponse,
}

// handle runs one request and answers it. It returns false when the connection is to be closed.
func (c *conn) handle(q *queued) bool {
	if q.op.Tag == tagUnbindRequest || q.ctx.Err() != nil && c.ctx.Err() != nil {
		return false
	}
	if startsTLS(q.message) {
		defer c.resume() // the reader waits for what becomes of it
	}
	verdict := c.verdict(q)
	if verdict.Wait != nil {
		select {
		case <-verdict.Wait:
		case <-q.ctx.Done():
		case <-c.gone:
			return false
		}
	}
	switch {
	case c.ctx.Err() != nil || verdict.DropBefore:
		return false
	case q.ctx.Err() != nil:
		return true // abandoned
	case verdict.Result != nil:
		return c.answer(q.message, verdict.Result, nil)
	}
	r := &request{ctx: q.ctx, session: &c.session}
	if q.op.Tag == tagExtendedRequest {
		return c.handleExtended(r, q, verdict)
	}
	err := c.server.dir.readControls(r, q.op.Tag, q.controls)
	if err == nil {
		err = c.run(r, q, verdict)
	} else if q.op.Tag == tagBindRequest {
		c.session = session{tls: c.session.tls}
		c.known.Store(false)
	}
	return c.finish(r, q, verdict, err)
}

func (c *conn) verdict(q *queued) Verdict {
	i := c.server.interceptor.Load()
	if i == nil {
		return Verdict{}
	}
	op := describeOp(q.message)
	op.BoundDN, op.Connection, op.TLS = c.session.dn.text, c.id, c.session.tls
	return i.verdict(op)
}

func (c *conn) run(r *request, q *queued, v Verdict) error {
	d := c.server.dir
	switch q.op.Tag {
	case tagBindRequest:
		err := d.bind(r, q.op)
		c.known.Store(!c.session.dn.isRoot())
		return err
	case tagSearchRequest:
		return d.search(r, q.op, func(body *ber.Packet) error {
			if v.DropAfter {
				return nil
			}
			return c.send(envelope(q.id, body, nil))
		})
	case tagModifyRequest:
		return d.modify(r, q.op)
	case tagAddRequest:
		return d.add(r, q.op)
	case tagDeleteRequest:
		return d.delete(r, q.op)
	case tagModifyDNRequest:
		return d.rename(r, q.op)
	case tagCompareRequest:
		return d.compare(r, q.op)
	}
	return malformed("unknown operation")
}

// finish answers with the outcome, or ends the connection when there is nobody to tell or the request was not LDAP.
func (c *conn) finish(r *request, q *queued, v Verdict, err error, extra ...*ber.Packet) bool {
	var result *Result
	switch {
	case v.DropAfter:
		return false
	case errors.Is(err, errMalformed):
		c.log.Info("malformed request", "err", err)
		c.notice(ProtocolError, err.Error())
		return false
	case errors.Is(err, context.Canceled):
		return c.ctx.Err() == nil
	case err != nil && !errors.As(err, &result):
		c.log.Error("operation failed", "kind", kinds[q.op.Tag], "err", err)
	}
	return c.answer(q.message, resultOf(err), r.answers, extra...)
}

// answer sends the last message of an operation and lets everything out.
func (c *conn) answer(m *message, result *Result, controls []control, extra ...*ber.Packet) bool {
	if err := c.send(response(m.id, responseTags[m.op.Tag], result, controls, extra...)); err != nil {
		return false
	}
	return c.flush() == nil
}

func (c *conn) handleExtended(r *request, q *queued, v Verdict) bool {
	req, err := parseExtended(q.op)
	if err != nil {
		return c.finish(r, q, v, err)
	}
	if err := c.server.dir.readControls(r, q.op.Tag, q.controls); err != nil {
		return c.finish(r, q, v, err)
	}
	if req.oid == oidStartTLS {
		return c.startTLS(r, q, v)
	}
	value, err := c.server.dir.extended(r, req)
	if value != nil {
		return c.finish(r, q, v, err, newContext(11, *value))
	}
	return c.finish(r, q, v, err)
}

func (c *conn) resume() {
	select {
	case c.resumed <- struct{}{}:
	case <-c.ctx.Done():
	}
}

// startTLS is RFC 4511 4.14. Anything the client sent in clear behind the request would be taken for protected: such
// a connection is closed.
func (c *conn) startTLS(r *request, q *queued, v Verdict) bool {
	switch {
	case c.server.opts.TLS == nil:
		return c.finish(r, q, v, fail(ProtocolError, "unsupported extended operation"))
	case c.session.tls:
		return c.finish(r, q, v, fail(OperationsError, "TLS already started"))
	}
	if !c.finish(r, q, v, nil, newContext(10, oidStartTLS)) || c.r.Buffered() > 0 {
		return false
	}
	if err := c.handshake(c.server.opts.TLS); err != nil {
		c.log.Info("StartTLS failed", "err", err)
		return false
	}
	return true
}
