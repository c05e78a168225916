package gateway_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

func TestWhatAnAdministratorEndsIsOverOnEveryReplica(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Replicas: 2})
	a := newApp(t, g, housetest.AppID, "email", "offline_access")
	g.Only(0)
	one, two := g.SignIn(t, "ada"), g.SignIn(t, "ada")
	token := a.exchange(t, a.signOn(t, one))
	desk := g.Replicas[0]
	s, err := desk.Somebody(t.Context(), "ada")
	if err != nil || len(s.Record.Sessions) != 2 || len(s.Record.Consents) != 1 {
		t.Fatalf("%+v, %v", s, err)
	}
	if err := desk.EndSession(t.Context(), s, s.Record.Sessions[1].ID); err != nil {
		t.Fatal(err)
	}
	g.Only(1)
	if page := two.Get("/profile"); page.URL.Path != "/signin" {
		t.Errorf("the session that was ended is at %s", page.URL)
	}
	if page := one.Get("/profile"); page.URL.Path != "/profile" {
		t.Errorf("the other one is at %s", page.URL)
	}
	if err := desk.RevokeConsent(t.Context(), s, housetest.AppID); err != nil {
		t.Fatal(err)
	}
	if status, _ := a.userinfo(t, token.AccessToken); status != 401 {
		t.Errorf("userinfo after the consent was taken back: %d", status)
	}
	if err := desk.RevokeConsent(t.Context(), s, housetest.AppID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a second time: %v", err)
	}
	if err := desk.EndSession(t.Context(), s, ""); err != nil {
		t.Fatal(err)
	}
	if page := one.Get("/profile"); page.URL.Path != "/signin" {
		t.Errorf("after signing out everywhere: at %s", page.URL)
	}
}
