package lab

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

// maxMails is how many are kept.
const maxMails = 200

// Mail is one mail that the gateway sent.
type Mail struct {
	// To are the addresses that it was sent to.
	To []string `json:"to"`
	// Subject is its subject.
	Subject string `json:"subject"`
	// Text is its text, without the HTML.
	Text string `json:"text"`
	// Links are the addresses in it, in order.
	Links []string `json:"links"`
}

// Link returns the first link that contains part, or "".
func (m Mail) Link(part string) string {
	for _, l := range m.Links {
		if strings.Contains(l, part) {
			return l
		}
	}
	return ""
}

// Mails are those that were sent to an address, oldest first; all of them if it is empty. Mails go out in the background, so one may still be on its way.
func (l *Lab) Mails(to string) []Mail { return mailsTo(l.current().mails.Messages(), to) }

// WaitForMails waits until an address has got at least n mails, and returns all that it got. Errors: ctx's.
func (l *Lab) WaitForMails(ctx context.Context, to string, n int) ([]Mail, error) {
	in := l.current().mails
	if n > 0 {
		if _, err := in.Wait(ctx, func(inbox.Message) bool { return len(mailsTo(in.Messages(), to)) >= n }); err != nil {
			return nil, fmt.Errorf("waiting for mail %d to %q: %w", n, to, err)
		}
	}
	return mailsTo(in.Messages(), to), nil
}

func mailsTo(all []inbox.Message, to string) []Mail {
	found := []Mail{}
	for _, m := range all {
		if to == "" || slices.Contains(m.To, to) {
			found = append(found, Mail{slices.Clone(m.To), m.Subject, m.Text, append([]string{}, m.Links...)})
		}
	}
	return found
}
