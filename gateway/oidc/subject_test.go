package oidc_test

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
)

// knownBy registers a trusted client that knows people by something of its own.
func knownBy(id string, s rp.Subject, redirects ...string) option {
	return func(d *oidc.Deps) {
		d.Clients = append(d.Clients, rp.Client{
			ID: id, RedirectURIs: append(redirects, callback), Secrets: []string{rp.DigestSecret(secret)}, Trusted: true, AlwaysRefresh: true, Subject: s, ClaimsInIDToken: true,
		})
	}
}

func TestEveryPlaceNamesThePersonAsTheClientKnowsThem(t *testing.T) {
	t.Parallel()
	l := listen(t)
	tell := func(id string) option {
		return func(d *oidc.Deps) {
			for i := range d.Clients {
				if d.Clients[i].ID == id {
					d.Clients[i].BackChannelLogoutURI = l.URL
				}
			}
		}
	}
	for id, c := range map[string]struct {
		says rp.Subject
		good func(sub string) bool
	}{
		"by-id":       {rp.Subject{SubjectField: "id"}, func(sub string) bool { return sub == ada }},
		"public":      {rp.Subject{SubjectType: "public"}, func(sub string) bool { return sub == ada }},
		"by-username": {rp.Subject{SubjectField: "username"}, func(sub string) bool { return sub == "ada" }},
		"pairwise":    {rp.Subject{SubjectType: "pairwise"}, func(sub string) bool { return len(sub) == 43 && !strings.Contains(sub, "ada") }},
	} {
		w := newWorld(t, knownBy(id, c.says), tell(id))
		app, b := w.rp(id, "profile"), w.browser()
		tok := app.tokens(b)
		id := app.idClaims(tok)["sub"].(string)
		if !c.good(id) {
			t.Errorf("%s: the ID token is for %s", app.ClientID, id)
		}
		w.people.change(ada, func(u *ldapmap.User) { u.DN = "uid=augusta,ou=people,dc=example,dc=org"; u.Set("username", "augusta") })
		_, info := w.userinfo(tok.AccessToken)
		_, told := w.post("/oauth/introspect", basic("api", secret), "token", tok.AccessToken)
		_, again := app.refresh(tok.RefreshToken)
		_, infoAgain := w.userinfo(again["access_token"].(string))
		places := map[string]any{
			"userinfo": info["sub"], "introspection": told["sub"], "a refreshed ID token": app.claimsOf(again["id_token"].(string))["sub"], "userinfo after a refresh": infoAgain["sub"],
		}
		b.Post("/oauth/logout/confirm", "resume", b.Get("/oauth/logout").Find("input[name=resume]").AttrOr("value", ""))
		places["the logout token"] = l.next(w)["sub"]
		for place, sub := range places {
			if sub != id {
				t.Errorf("%s, after the entry was renamed: %s names %v, the ID token %s", app.ClientID, place, sub, id)
			}
		}
	}
}

func TestPairwiseNamesAreOfTheSectorAlone(t *testing.T) {
	t.Parallel()
	pairwise := rp.Subject{SubjectType: "pairwise"}
	w := newWorld(t, knownBy("one", pairwise), knownBy("two", pairwise),
		knownBy("elsewhere", rp.Subject{SubjectType: "pairwise", SectorURI: "https://Elsewhere.example.org/sector.json"}, "https://other.example.org/callback"),
		knownBy("same", rp.Subject{SubjectType: "pairwise", SectorURI: "https://orders.example.org/sector.json"}, "https://other.example.org/callback"))
	sub := func(client, who string) string {
		w.set(who, "accept")
		app := w.rp(client)
		return app.idClaims(app.tokens(w.browser()))["sub"].(string)
	}
	one := sub("one", ada)
	if two, same := sub("two", ada), sub("same", ada); one != two || one != same {
		t.Errorf("one host has several names: %s, %s, %s", one, two, same)
	}
	if other := sub("elsewhere", ada); other == one {
		t.Error("two sectors can compare their names")
	}
	if other := sub("one", grace); other == one {
		t.Error("two people have one name")
	}
	w = newWorld(t, knownBy("one", pairwise))
	if other := sub("one", ada); other == one {
		t.Error("another installation gives the same names: the salt is not random")
	}
}

func TestAnIDTokenHintMeansThePersonByTheNameOfItsClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, knownBy("pairwise", rp.Subject{SubjectType: "pairwise"}), knownBy("by-username", rp.Subject{SubjectField: "username"}))
	for _, id := range []string{"pairwise", "by-username"} {
		w.set(ada, "accept")
		app, b := w.rp(id), w.browser()
		hint := hintOf(t, app, b)
		for _, who := range []*relyingParty{app, w.rp("orders")} { // a hint may have been meant for another client
			who.code(b)
			if q := who.back(b.Get(who.authURL("prompt", "none", "id_token_hint", hint))); q.Get("code") == "" {
				t.Errorf("%s, the person herself, at %s: %v", id, who.ClientID, q)
			}
		}
		w.set(grace, "accept")
		other := w.browser()
		app.code(other)
		if q := app.back(other.Get(app.authURL("prompt", "none", "id_token_hint", hint))); q.Get("error") != "login_required" {
			t.Errorf("%s, somebody else: %v", id, q)
		}
		b.Get(logoutURL("id_token_hint", hint))
		if stillIn(app, b) {
			t.Errorf("%s: the hint does not sign its own session out", id)
		}
	}
}

func TestWhoeverHasNoNameForAnApplicationIsNotLetIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, knownBy("by-staff-number", rp.Subject{SubjectField: "employee_number"}))
	app := w.rp("by-staff-number")
	for _, bad := range []string{"", "n\u00ba 5", strings.Repeat("1", 256)} {
		w.people.change(ada, func(u *ldapmap.User) { u.Set("employee_number", bad) })
		if q := app.back(w.browser().Get(app.authURL())); q.Get("error") != "access_denied" || !strings.Contains(q.Get("error_description"), "employee_number") {
			t.Errorf("%q: %v", bad, q)
		}
	}
	w.people.change(ada, func(u *ldapmap.User) { u.Set("employee_number", "1815") })
	if sub := app.idClaims(app.tokens(w.browser()))["sub"]; sub != "1815" {
		t.Errorf("sub %v", sub)
	}
}

func TestTheProviderHasASubjectOfItsOwnAndEachClientCanHaveAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *oidc.Deps) { d.Subject = "pairwise" }, knownBy("public", rp.Subject{SubjectType: "public"}), knownBy("by-username", rp.Subject{SubjectField: "username"}))
	got := map[string]any{}
	for _, id := range []string{"orders", "public", "by-username"} {
		app := w.rp(id)
		got[id] = app.idClaims(app.tokens(w.browser()))["sub"]
	}
	if got["orders"] == ada || got["public"] != ada || got["by-username"] != "ada" {
		t.Errorf("%v", got)
	}
	must(w, w.provider.Register(t.Context(), &rp.Client{ID: "many", RedirectURIs: []string{callback, "https://b.example.org/"}, Secrets: []string{rp.DigestSecret(secret)}, Trusted: true}))
	app := w.rp("many")
	if q := app.back(w.browser().Get(app.authURL())); q.Get("error") != "unauthorized_client" || !strings.Contains(q.Get("error_description"), "sector_identifier_uri") {
		t.Errorf("several hosts: %v", q)
	}
}

func TestSubjectsThatCannotBeAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	for wrong, opts := range map[string][]option{
		`the field "emails" has several values`:             {knownBy("a", rp.Subject{SubjectField: "emails"})},
		`the field "birthdate" is of type date`:             {knownBy("a", rp.Subject{SubjectField: "birthdate"})},
		`no field "shoe_size" is mapped`:                    {knownBy("a", rp.Subject{SubjectField: "shoe_size"})},
		`subjects: no field "shoe_size" is mapped`:          {func(d *oidc.Deps) { d.Subject = "shoe_size" }},
		`subject_field: username does not go with pairwise`: {knownBy("a", rp.Subject{SubjectField: "username", SubjectType: "pairwise"})},
		`subject_type: secret is not one of public, pair`:   {knownBy("a", rp.Subject{SubjectType: "secret"})},
		`sector_identifier_uri: The addresses that people`:  {knownBy("a", rp.Subject{SubjectType: "pairwise"}, "https://b.example.org/")},
		`client "a": its redirect URIs have several`:        {knownBy("a", rp.Subject{}, "https://b.example.org/"), func(d *oidc.Deps) { d.Subject = "pairwise" }},
		`sector_identifier_uri: http://b.example.org/x is`:  {knownBy("a", rp.Subject{SectorURI: "http://b.example.org/x"})},
		`sector_identifier_uri: https://b.example.org/x`:    {knownBy("a", rp.Subject{SectorURI: "https://b.example.org/" + strings.Repeat("x", 2048)})},
		`subject_field: a b is no name of a field`:          {knownBy("a", rp.Subject{SubjectField: "a b"})},
	} {
		w := newWorld(t)
		deps := w.provider.Deps
		for _, o := range opts {
			o(&deps)
		}
		if _, err := oidc.New(deps); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%v does not say %q", err, wrong)
		}
	}
}
