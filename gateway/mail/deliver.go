package mail

import (
	"context"
	"errors"
	"fmt"
	"net/textproto"

	gomail "github.com/wneessen/go-mail"

	"github.com/wicketgate/wicketgate/gateway/audit"
)

// failure is a failed delivery: what was tried, and what that says about trying again.
type failure struct {
	step      string
	err       error
	final     bool // the same mail will fail again
	recipient bool // this recipient is the trouble, not the server
}

func (f *failure) Error() string { return f.step + ": " + f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

func permanent(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.final
}

func aboutRecipient(err error) bool {
	f, ok := errors.AsType[*failure](err)
	return ok && f.recipient
}

// errorText is an error for an administrator: one line, bounded, whatever a mail server answered.
func errorText(err error) string { return audit.Clean(err.Error(), 500) }

// deliver renders a job and hands it to the server.
func (m *Mailer) deliver(ctx context.Context, j *job) error {
	rendered, err := m.renderer.Mail(j.loc, j.mail)
	if err != nil {
		return &failure{step: "rendering the " + j.kind + " mail", err: err, final: true}
	}
	msg, err := m.message(j, rendered)
	if err != nil {
		return &failure{step: "making the " + j.kind + " mail", err: err, final: true}
	}
	ctx, cancel := context.WithTimeout(ctx, m.cfg.Timeout)
	defer cancel()
	conn, err := m.connect(ctx, ascii(j.to))
	if err != nil {
		return err
	}
	defer conn.close()
	err = conn.client.SendWithSMTPClient(conn.smtp, msg)
	// go-mail also reports what went wrong after the server took the mail. Then trying again would send it twice.
	if err == nil || msg.IsDelivered() {
		conn.quit()
		return nil
	}
	return classify(ctx, err)
}

// classify says what a refusal in the mail transaction means. A reply of 500 to 599 is final (RFC 5321 4.2.1); everything else, a
// broken connection too, may pass. Refusals of the connection itself never come here: a wrong password or certificate
// is put right by an administrator, and the mails that waited for it then go out.
func classify(ctx context.Context, err error) error {
	f := &failure{step: "sending", err: err}
	send, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return f
	}
	f.step, f.err = send.Reason.String(), errors.New(replyText(send))
	if ctx.Err() != nil {
		f.err = fmt.Errorf("no answer in time: %w", ctx.Err())
		return f
	}
	f.final = send.ErrorCode() >= 500 && send.ErrorCode() <= 599
	f.recipient = send.Reason == gomail.ErrSMTPRcptTo && send.ErrorCode() != 0
	return f
}

// replyText leaves out what go-mail's own text adds: the recipient's address, which does not belong in a log.
func replyText(send *gomail.SendError) string {
	var reply *textproto.Error
	if errors.As(send, &reply) {
		return reply.Error()
	}
	text := send.Error()
	if i := len(send.Reason.String()) + len(": "); i < len(text) {
		text = text[i:]
	}
	for _, cut := range []string{", affected recipient(s):", ", affected message ID:"} {
		text = before(text, cut)
	}
	return text
}
