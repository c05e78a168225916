package oidc_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// town is a world whose people and records are in a real directory, over a socket.
type town struct {
	*world
	ada    string
	people *directory.People
	server *ldaptest.Server
	before ldaptest.Counts
}

func newTown(t *testing.T, s *ldaptest.Server, clients ...rp.Client) *town {
	t.Helper()
	preset, err := ldapmap.Preset("openldap")
	if err != nil {
		t.Fatal(err)
	}
	spec := ldapmap.Spec{
		Users: ldapmap.UsersSpec{Base: ldapmap.Strings{ldaptest.PeopleDN}, Attributes: map[string]ldapmap.Rule{
			"phones": ldapmap.Attr("telephoneNumber", "mobile"), "mobile": ldapmap.Off(),
		}},
		Groups: ldapmap.GroupsSpec{Base: ldapmap.Strings{ldaptest.GroupsDN}},
	}
	mapping, problems := ldapmap.Compile(spec.Over(preset))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	d, err := directory.Open(directory.Config{URLs: []string{s.URL}, StartTLS: s.CAFile != "", CAFile: s.CAFile, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	store := ldapstate.New(d.Writer(), ldapstate.Config{Base: ldaptest.StateBase})
	if err := store.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range signingKeys(t) {
		if err := store.Create(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	people := directory.NewPeople(d, mapping)
	w := newWorld(t, func(deps *oidc.Deps) {
		deps.Store, deps.People, deps.Fields = store, people, mapping.Fields()
		deps.Records = state.NewRecords(store, deps.Clock)
		deps.Clients = append(deps.Clients, clients...)
	})
	u, err := people.FindByLogin(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	w.set(u.ID, "accept")
	return &town{world: w, ada: u.ID, people: people, server: s}
}

// costs fails the test if more than so many reads and writes reached the directory since the last call, and starts anew. Reads are searches.
func (w *town) costs(what string, reads, writes int) {
	w.t.Helper()
	now := w.server.Counts()
	spent := now.Minus(w.before)
	if what != "" && (spent.Search > reads || spent.Writes() > writes) {
		w.t.Errorf("%s costs %d reads and %d writes; the budget is %d and %d", what, spent.Search, spent.Writes(), reads, writes)
	}
	w.before = now
}

// TestTheBudget holds each step to the table in docs/adr/0002-fosite.md: a sign-on must not cost the directory more than it says, for a client of the
// configuration and for a registered one, whose record is read with the first step and not again for some seconds; with sealed access tokens and with signed ones.
func TestTheBudget(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		for _, one := range []rp.Client{{ID: "wiki"}, {ID: "signed", AccessTokens: rp.AccessTokens{AccessTokenFormat: "jwt"}}} {
			one.RedirectURIs, one.Secrets = []string{callback}, []string{rp.DigestSecret(secret)}
			must(w.world, w.provider.Register(t.Context(), &one))
		}
		for _, id := range []string{"orders", "wiki", "signed"} {
			app, b := w.rp(id, "profile", "email", "groups", "offline_access"), w.browser()
			app.tokens(b) // signs in and consents
			w.costs("", 0, 0)

			code := app.code(b)
			w.costs(id+": authorize with session and consent", 3, 0)
			tok, err := app.exchange(code)
			must(w.world, err)
			w.costs(id+": token, code", 2, 1)
			status, answer := app.refresh(tok.RefreshToken)
			if status != 200 {
				t.Fatalf("%s: refresh %d %v", id, status, answer)
			}
			w.costs(id+": token, refresh", 2, 1)
			if status, info := w.userinfo(tok.AccessToken); status != 200 || info["email"] == nil || len(info["groups"].([]any)) != 2 {
				t.Fatalf("%s: userinfo %d %v", id, status, info)
			}
			w.costs(id+": userinfo", 2, 0)
			if _, got := w.post("/oauth/introspect", basic("api", secret), "token", tok.AccessToken); got["active"] != true {
				t.Fatalf("%s: introspection %v", id, got)
			}
			w.costs(id+": introspection", 2, 0)
			if status, _ := w.post("/oauth/revoke", app.basic(), "token", tok.AccessToken); status != 200 {
				t.Fatalf("%s: revocation %d", id, status)
			}
			w.costs(id+": revocation", 2, 1)
			if status, _ := w.userinfo(tok.AccessToken); status != http.StatusUnauthorized {
				t.Fatalf("%s: userinfo after revocation %d", id, status)
			}
			w.costs(id+": userinfo of a revoked token", 1, 0)

			for _, forged := range []string{"x", flip(tok.AccessToken), flip(tok.RefreshToken), flip(code)} {
				w.userinfo(forged)
				w.post("/oauth/introspect", basic("api", secret), "token", forged)
				w.post("/oauth/revoke", app.basic(), "token", forged)
				app.redeem(forged)
				app.refresh(forged)
			}
			w.costs(id+": forged tokens everywhere", 0, 0)
		}
	})
}

// TestAFirstSignOnWritesNoMoreThanItMust counts a sign-on of somebody new at an application that is new to them.
func TestAFirstSignOnWritesNoMoreThanItMust(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		for id, writes := range map[string]int{"orders": 3, "intranet": 2} { // session, consent, grant; the session stays
			app, b := w.rp(id), w.browser()
			w.costs("", 0, 0)
			app.tokens(b)
			w.costs("a first sign-on at "+id, 20, max(writes, 3))
		}
	})
}

func TestOneCodeIsRedeemedOnceInARealDirectory(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		app, b := w.rp("orders", "offline_access"), w.browser()
		for round := range 5 {
			code := app.code(b)
			won := race(t, func() (int, map[string]any) { return app.redeem(code) })
			if len(won) != 1 {
				t.Fatalf("round %d: %d of 16 redeemed the code", round, len(won))
			}
			if status, _ := w.userinfo(won[0]["access_token"].(string)); status != http.StatusUnauthorized {
				t.Errorf("round %d: the grant was not revoked: %d", round, status)
			}
			token := app.tokens(b).RefreshToken
			if won := race(t, func() (int, map[string]any) { return app.refresh(token) }); len(won) != 16 {
				t.Errorf("round %d: %d of 16 were served within the grace window", round, len(won))
			}
		}
	})
}

// race runs f sixteen times at once and returns the answers that were a success; every other has to be 400 invalid_grant.
func race(t *testing.T, f func() (int, map[string]any)) (won []map[string]any) {
	t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	start := make(chan struct{})
	for range 16 {
		wg.Go(func() {
			<-start
			status, answer := f()
			mu.Lock()
			defer mu.Unlock()
			switch {
			case status == http.StatusOK:
				won = append(won, answer)
			case status != http.StatusBadRequest || answer["error"] != "invalid_grant":
				t.Errorf("a loser gets %d %v", status, answer)
			}
		})
	}
	close(start)
	wg.Wait()
	return won
}

// TestAPasswordResetEndsEverySignOn changes the password in the directory itself, as an administrator would.
func TestAPasswordResetEndsEverySignOn(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		app := w.rp("orders", "offline_access")
		tok := app.tokens(w.browser())
		u, err := w.people.Get(t.Context(), ldapmap.Ref{ID: w.ada})
		must(w.world, err)
		must(w.world, w.people.SetPassword(t.Context(), u, "a-new-password-of-ada"))
		if status, answer := app.refresh(tok.RefreshToken); status != 400 || answer["error"] != "invalid_grant" {
			t.Errorf("refresh: %d %v", status, answer)
		}
		if status, _ := w.userinfo(tok.AccessToken); status != 401 {
			t.Errorf("userinfo: %d", status)
		}
	})
}

func TestASignOnOutlivesAMovedEntry(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		app := w.rp("orders", "profile", "offline_access")
		tok := app.tokens(w.browser())
		d, err := directory.Open(directory.Config{URLs: []string{s.URL}, StartTLS: s.CAFile != "", CAFile: s.CAFile, BindDN: ldaptest.AdminDN, BindPassword: ldaptest.AdminPassword})
		must(w.world, err)
		defer d.Close()
		dn, _ := ldaptest.Person(t, "ada")
		_, err = d.Rename(t.Context(), dn, "uid=ada", false, "ou=staff,"+ldaptest.PeopleDN)
		must(w.world, err)
		if status, info := w.userinfo(tok.AccessToken); status != 200 || info["sub"] != w.ada {
			t.Errorf("userinfo: %d %v", status, info)
		}
		if status, answer := app.refresh(tok.RefreshToken); status != 200 {
			t.Fatalf("refresh: %d %v", status, answer)
		} else {
			w.costs("", 0, 0)
			w.userinfo(answer["access_token"].(string))
			w.costs("userinfo once the new place is known", 2, 0)
		}
	})
}

func TestNothingInTheDirectoryLetsAReaderActAsSomebody(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		app := w.rp("orders", "offline_access")
		code := app.code(w.browser())
		tok, err := app.exchange(code)
		must(w.world, err)
		for _, kind := range state.Kinds() {
			must(w.world, w.records.Store().List(t.Context(), kind, func(r state.Record) bool {
				for _, v := range r.Values {
					for _, known := range []string{code, tok.AccessToken, tok.RefreshToken, secret, "PRIVATE", `"d":`} {
						if strings.Contains(strings.ToLower(v), strings.ToLower(known)) {
							t.Errorf("%s holds a secret: %s", r.Path, v)
						}
					}
				}
				return true
			}))
		}
	})
}

func TestADirectoryThatStopsAndComesBackLosesNoSignOn(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := newTown(t, s)
		app, b := w.rp("orders", "offline_access"), w.browser()
		tok := app.tokens(b)
		code := app.code(b)
		s.Stop(t)
		if status, answer := app.refresh(tok.RefreshToken); status != http.StatusServiceUnavailable || answer["error"] != "temporarily_unavailable" {
			t.Errorf("refresh while it is away: %d %v", status, answer)
		}
		if status, _ := w.userinfo(tok.AccessToken); status != http.StatusServiceUnavailable {
			t.Errorf("userinfo while it is away: %d", status)
		}
		if page := b.Get(app.authURL()); page.Status != http.StatusServiceUnavailable {
			t.Errorf("authorize while it is away: %d", page.Status)
		}
		s.Start(t)
		if _, err := app.exchange(code); err != nil {
			t.Errorf("the code afterwards: %v", err)
		}
		if status, answer := app.refresh(tok.RefreshToken); status != 200 {
			t.Errorf("refresh afterwards: %d %v", status, answer)
		}
	})
}
