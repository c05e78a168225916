package lab

import (
	"context"
	"fmt"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Revoke takes back what somebody lets an application have: its tokens are dead, and it has to ask them again. Errors: somebody who is not
// there, or who has let no such application in.
func (l *Lab) Revoke(ctx context.Context, username, client string) error {
	w := l.current()
	s, err := w.somebody(ctx, username)
	if err != nil {
		return err
	}
	if err := w.gateway.RevokeConsent(ctx, s, client); fault.Is(err, fault.NotFound) {
		return fmt.Errorf("client_id: %q has let no application %q in", username, client)
	} else if err != nil {
		return err
	}
	return nil
}

// SignOutEverywhere ends every session of somebody, and every token that applications have for them. Errors: somebody who is not there.
func (l *Lab) SignOutEverywhere(ctx context.Context, username string) error {
	w := l.current()
	s, err := w.somebody(ctx, username)
	if err != nil {
		return err
	}
	return w.gateway.EndSession(ctx, s, "")
}

func (w *world) somebody(ctx context.Context, username string) (*gateway.Somebody, error) {
	if _, err := w.find(ctx, username); err != nil {
		return nil, err
	}
	return w.gateway.Somebody(ctx, username)
}
