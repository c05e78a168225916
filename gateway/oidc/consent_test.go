package oidc_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

func TestWhatTheOrganisationDecidedIsNotThePersonsYes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// The application was trusted once and is not any more.
	_, err := w.records.PutConsent(t.Context(), w.person(ada), state.Consent{Client: "orders", Trusted: true, Scopes: []string{"openid", "email", "phone"}})
	must(w, err)
	w.set(ada, "")
	app, b := w.rp("orders", "email"), w.browser()
	if page := b.Get(app.authURL()); page.Text("h1") != "Consent" || page.Text("#again") != "false" {
		t.Fatalf("nobody is asked: %s %s", page.URL, page.Text("body"))
	}
	w.set(ada, "accept")
	app.code(b)
	if c, _ := w.person(ada).Consent("orders"); c.Trusted || !slices.Equal(c.Scopes, []string{"openid", "email"}) {
		t.Errorf("kept: %+v", c)
	}
	// And the other way round: whoever agreed before is not asked again.
	_, err = w.records.PutConsent(t.Context(), w.person(ada), state.Consent{Client: "intranet", Scopes: []string{"openid"}})
	must(w, err)
	w.set(ada, "")
	w.rp("intranet").code(b)
	if c, _ := w.person(ada).Consent("intranet"); !c.Trusted {
		t.Errorf("kept: %+v", c)
	}
}

func TestConsentIsWrittenOnceAndAudited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, b := w.rp("orders", "email"), w.browser()
	app.code(b)
	if !w.audited(audit.ConsentGiven) || !w.audited(audit.CodeIssued) {
		t.Error("no audit line")
	}
	w.store.Counts()
	app.code(b)
	if c := w.store.Counts(); c.Change+c.Create != 0 {
		t.Errorf("a consent that stands is written again: %s", c)
	}
	w.set(ada, "deny")
	app.Scopes = append(app.Scopes, "phone")
	if q := app.back(b.Get(app.authURL())); q.Get("error") != "access_denied" || !w.audited(audit.ConsentRefused) {
		t.Errorf("after no: %v", q)
	}
	w.set(ada, "accept")
	app.code(b) // asked again, and now agreed
}

func TestAnAnswerIsNobodyElses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.rp("orders", "email")
	// resumed is the address with which the consent page of the browser went on.
	resumed := func(page *webtest.Page) string {
		t.Helper()
		app.back(page)
		_, path, _ := strings.Cut(page.Hops[len(page.Hops)-1], " ")
		return path
	}
	w.set(ada, "deny")
	no := resumed(w.browser().Get(app.authURL()))
	w.set(ada, "accept")
	yes := resumed(w.browser().Get(app.authURL("prompt", "consent")))
	w.set(grace, "accept")
	b := w.browser()
	app.code(b)
	if q := app.back(b.Get(no)); q.Get("code") == "" {
		t.Errorf("Ada's no is taken for Grace's: %v", q)
	}
	w.set(grace, "")
	if page := b.Get(yes); page.Text("h1") != "Consent" {
		t.Errorf("Ada's yes is taken for Grace's: %s", page.URL)
	}
}
