package ldapstate_test

import (
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// What each decision costs the directory, as the server itself counts it.
func TestASignOnCostsTheDirectoryWhatItMay(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		store := open(t, s, ldapstate.Config{})
		clock := time.Now().UTC().Truncate(time.Second)
		r := state.NewRecords(store, func() time.Time { return clock })
		ctx := t.Context()
		cost := func(what string, want ldaptest.Counts, do func() error) {
			t.Helper()
			before := s.Counts()
			if err := do(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			got := s.Counts().Minus(before)
			got.Connections, got.Bind, got.Extended = 0, 0, 0
			if got != want {
				t.Errorf("%s: %+v, want %+v", what, got, want)
			}
		}
		read, write := ldaptest.Counts{Search: 1}, ldaptest.Counts{Modify: 1}
		var p *state.Person
		var code state.Code
		var ref state.Refresh
		cost("reading a person", read, func() (err error) { p, err = r.Person(ctx, "ada"); return err })
		cost("the first sign-in", ldaptest.Counts{Add: 1}, func() error {
			return r.StartSession(ctx, p, &state.Session{ID: "5e5510", Made: clock, Expires: clock.Add(time.Hour)}, "")
		})
		cost("consent", write, func() error {
			_, err := r.PutConsent(ctx, p, state.Consent{Client: "shop", Scopes: []string{"openid"}})
			return err
		})
		cost("an authorization with session and consent", ldaptest.Counts{}, func() error {
			st, ok := p.Standing("shop")
			code = state.Code{ID: state.Digest("code"), Expires: clock.Add(time.Minute), Standing: st, Refresh: true,
				Grant: state.Grant{Made: clock, Expires: clock.Add(time.Hour), Scopes: []string{"openid"}}}
			if _, alive := p.Session("5e5510", clock); !ok || !alive {
				t.Error("no consent or session in the person at hand")
			}
			return r.Tidy(ctx, p)
		})
		cost("redeeming a code", write, func() (err error) { ref, err = r.Redeem(ctx, "ada", code); return err })
		cost("a refresh", write, func() error { _, err := r.Rotate(ctx, "ada", ref); return err })
		cost("using a link", write, func() error { return r.Use(ctx, state.PersonPath("ada"), state.Digest("a link"), clock.Add(time.Hour)) })
		cost("signing out everywhere", ldaptest.Counts{Search: 1, Modify: 1}, func() error {
			p, err := r.Person(ctx, "ada")
			if err != nil {
				return err
			}
			return r.RevokeAll(ctx, p)
		})
	})
}

func TestACodeOutlivesADirectoryThatIsAwayForAMoment(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		direct := open(t, s, ldapstate.Config{})
		line := ldaptest.NewProxy(t, s.URL)
		d, err := directory.Open(directory.Config{URLs: []string{line.URL()}, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		ctx := t.Context()
		near := state.NewRecords(direct, nil)
		far := state.NewRecords(ldapstate.New(d.Writer(), ldapstate.Config{Base: base}), nil)
		p, err := near.Person(ctx, "ada")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := near.PutConsent(ctx, p, state.Consent{Client: "shop"}); err != nil {
			t.Fatal(err)
		}
		st, _ := p.Standing("shop")
		code := state.Code{ID: state.Digest("code"), Expires: time.Now().Add(time.Minute), Standing: st, Grant: state.Grant{Expires: time.Now().Add(time.Hour)}}
		line.Refuse()
		if _, err := far.Redeem(ctx, "ada", code); !fault.Is(err, fault.Unavailable) {
			t.Errorf("redeeming without a directory: %v", err)
		}
		if _, err := far.Person(ctx, "ada"); !fault.Is(err, fault.Unavailable) {
			t.Errorf("reading without a directory: %v", err)
		}
		if _, err := near.Redeem(ctx, "ada", code); err != nil {
			t.Errorf("redeeming at another replica: %v", err)
		}
	})
}
