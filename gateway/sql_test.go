package gateway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/gateway/state/sqlstate/pgtest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// eachDatabase runs a test with the records in each kind of database, and a directory in which nothing can be written.
func eachDatabase(t *testing.T, test func(t *testing.T, g *housetest.Gateway, db *pgtest.Database)) {
	t.Helper()
	start := func(t *testing.T, sql string) *housetest.Gateway {
		t.Helper()
		return housetest.Start(t, housetest.Options{
			Replicas: 2, Directory: ldaptest.Slapd(t, ldaptest.Options{ReadOnly: true}), Config: "state: {sql: {" + sql + "}}\n",
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, start(t, "file: "+filepath.Join(t.TempDir(), "state.db")), nil)
	})
	t.Run("postgresql", func(t *testing.T) {
		t.Parallel()
		db := pgtest.Shared(t).Database(t)
		test(t, start(t, "url: "+db.URL+", password: "+pgtest.Password), db)
	})
}

func TestAWholeSignOnWithTheRecordsInSQLWritesNothingInTheDirectory(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, g *housetest.Gateway, _ *pgtest.Database) {
		costs := g.Counts(func() {
			a := newApp(t, g, housetest.AppID, "email", "offline_access")
			g.Only(0)
			b := g.SignIn(t, "ada")
			page := b.Get(a.address())
			if !page.Has("#accept") {
				t.Fatalf("nobody asks for consent: %s", page.Text("main"))
			}
			g.Only(1)
			code := a.code(t, page.Submit("main form", "decision", "accept"))
			if got := race(6, func(int) int { status, _ := a.redeem(t, code); return status }); got[200] != 1 || got[400] != 5 {
				t.Errorf("one code was redeemed with the answers %v", got)
			}
			g.Only(0)
			token := a.exchange(t, a.signOn(t, b)) // consent is there, from the other replica
			g.Only(1)
			if status, claims := a.userinfo(t, token.AccessToken); status != 200 || claims["email"] != "ada@example.org" {
				t.Errorf("userinfo: %d %v", status, claims)
			}
			status, renewed := a.refresh(t, token.RefreshToken)
			if status != 200 {
				t.Fatalf("refresh: %d %v", status, renewed)
			}
			b.Get("/").Submit(`form[action="/signout"]`)
			g.Only(0)
			if page := b.Get("/profile"); page.URL.Path != "/signin" {
				t.Errorf("after signing out: at %s", page.URL)
			}
		})
		if costs.Writes() != 0 {
			t.Errorf("the directory was written to: %+v", costs)
		}
		if log := g.Log.String() + g.Audit.String(); strings.Contains(log, pgtest.Password) {
			t.Error("the password of the database stands in the log")
		}
	})
}

func TestWhatASignOnCostsTheDatabase(t *testing.T) {
	t.Parallel()
	db := pgtest.Shared(t).Database(t)
	g := housetest.Start(t, housetest.Options{Config: "state: {sql: {url: " + db.URL + ", password: " + pgtest.Password + "}}\n"})
	a := newApp(t, g, housetest.AppID, "profile", "offline_access")
	a.exchange(t, a.signOn(t, g.SignIn(t, "ada")))
	cost := func(step string, reads, writes int, act func()) {
		t.Helper()
		before := db.Counts()
		act()
		c := db.Counts().Minus(before)
		if got := c.Insert + c.Update + c.Delete; c.Select > reads || got > writes || c.Other > 0 {
			t.Errorf("%s costs %+v; it may cost %d reads and %d writes", step, c, reads, writes)
		}
	}
	b := g.SignIn(t, "ada")
	var code string
	cost("authorize, with session and consent", 2, 0, func() { code = a.code(t, b.Get(a.address())) })
	token := a.exchange(t, a.code(t, b.Get(a.address())))
	cost("a code", 1, 1, func() { a.redeem(t, code) })
	cost("userinfo", 1, 0, func() { a.userinfo(t, token.AccessToken) })
	cost("a refresh", 1, 1, func() { a.refresh(t, token.RefreshToken) })
	cost("a forged token", 0, 0, func() { a.userinfo(t, token.AccessToken[:20]) })
	cost("the sign-in page", 0, 0, func() { g.Browser(t).Get("/signin") })
}

func TestADatabaseThatIsAwayIsSaidOnEveryPageAndComesBack(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	db := server.Database(t)
	g := housetest.Start(t, housetest.Options{Config: "state: {sql: {url: " + db.URL + ", password: " + pgtest.Password + "}}\n"})
	b := g.SignIn(t, "ada")
	if status, text := second(t, g, "/readyz"); status != 200 || !strings.Contains(text, db.Name+" at 127.0.0.1") {
		t.Errorf("%d %s", status, text)
	}
	if _, text := second(t, g, "/metrics"); !strings.Contains(text, "wicketgate_sql_up 1\n") || !strings.Contains(text, `wicketgate_sql_operations_total{operation="get",result="ok"}`) {
		t.Error("the database is not in the metrics")
	}
	server.Stop(t)
	if status, text := second(t, g, "/readyz"); status != 503 || strings.Contains(text, pgtest.Password) || !strings.Contains(text, "no answer from PostgreSQL") {
		t.Errorf("while the database is down: %d %s", status, text)
	}
	if page := b.Get("/profile"); page.Status != 503 {
		t.Errorf("a page while the database is down: %d", page.Status)
	}
	if _, text := second(t, g, "/metrics"); !strings.Contains(text, "wicketgate_sql_up 0\n") {
		t.Error("the metrics say that it is up")
	}
	server.Start(t)
	soon(t, "the pages are back", func() bool { return b.Get("/profile").Status == 200 })
}
