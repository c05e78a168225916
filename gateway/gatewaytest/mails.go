package gatewaytest

import (
	"context"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/lab"
)

// Mail is one mail that the gateway sent: its Text, and the Links in it.
type Mail = lab.Mail

// Mail waits for the next mail to an address: the first one that no call has returned before.
func (g *Gateway) Mail(t testing.TB, to string) Mail {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	had := g.mails[to]
	var mails []Mail
	must(t, "waiting for a mail", func(ctx context.Context) (err error) { mails, err = g.lab.WaitForMails(ctx, to, had+1); return err })
	g.mails[to]++
	return mails[had]
}

// Mails are all that were sent to an address so far, oldest first; to everybody if it is empty.
func (g *Gateway) Mails(to string) []Mail { return g.lab.Mails(to) }
