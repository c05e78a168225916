package gateway_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestASessionOfOneReplicaIsGoodOnTheOtherAndEndsOnBoth(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		g.Only(0)
		b := g.SignIn(t, "ada")
		other := g.SignIn(t, "ada")
		g.Only(1)
		if page := b.Get("/profile"); page.Status != 200 || page.URL.Path != "/profile" {
			t.Fatalf("on the other replica: status %d at %s", page.Status, page.URL)
		}
		thief := g.Browser(t) // has a copy of the cookies, which signing out cannot take away
		for _, c := range b.Cookies() {
			thief.Header.Add("Cookie", c.Name+"="+c.Value)
		}
		if page := thief.Get("/profile"); page.URL.Path != "/profile" {
			t.Fatalf("before: at %s", page.URL)
		}
		b.Get("/").Submit(`form[action="/signout"]`)
		for replica := range 2 {
			g.Only(replica)
			if page := thief.Get("/profile"); page.URL.Path != "/signin" {
				t.Errorf("after signing out, on replica %d: at %s", replica, page.URL)
			}
		}
		if page := other.Get("/profile"); page.URL.Path != "/profile" {
			t.Errorf("another session of the same person: at %s", page.URL)
		}
		g.Only(1)
		if page := other.Get("/password").Submit("main form", "current", "ada-password", "new", fresh); page.Status != 200 {
			t.Fatalf("changing the password: status %d: %s", page.Status, page.Text("main"))
		}
		third := g.SignInWith(t, "ada", fresh)
		g.Only(0)
		if page := third.Get("/profile"); page.URL.Path != "/profile" {
			t.Errorf("a session after the change: at %s", page.URL)
		}
	})
}

func TestASignInThatBeganOnOneReplicaEndsOnTheOther(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Replicas: 2})
	g.Only(0)
	page := g.Browser(t).Get("/profile")
	g.Only(1)
	page = page.Submit("main form", "login", "ada")
	g.Only(0)
	if page = page.Submit("main form", "password", "ada-password"); page.URL.Path != "/profile" || page.Status != 200 {
		t.Errorf("status %d at %s", page.Status, page.URL)
	}
}

func TestACodeAndATokenOfOneReplicaAreGoodOnTheOther(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		a := newApp(t, g, housetest.AppID, "email", "offline_access")
		g.Only(0)
		code := a.signOn(t, g.SignIn(t, "ada"))
		g.Only(1)
		token := a.exchange(t, code)
		g.Only(0)
		if status, claims := a.userinfo(t, token.AccessToken); status != 200 || claims["email"] != "ada@example.org" {
			t.Errorf("userinfo: %d %v", status, claims)
		}
		status, renewed := a.refresh(t, token.RefreshToken)
		if status != 200 {
			t.Fatalf("refresh: %d %v", status, renewed)
		}
		if status, _ := a.redeem(t, code); status != 400 {
			t.Errorf("the code once more, at the first replica: status %d", status)
		}
		g.Only(1)
		access, _ := renewed["access_token"].(string)
		if status, _ := a.userinfo(t, access); status != 401 {
			t.Errorf("a replayed code ends what came of it, everywhere: status %d", status)
		}
	})
}

// race does something many times at once, on both replicas in turn, and counts the answers.
func race(n int, act func(i int) int) map[int]int {
	var all sync.WaitGroup
	var mu sync.Mutex
	got := map[int]int{}
	for i := range n {
		all.Go(func() {
			status := act(i)
			mu.Lock()
			defer mu.Unlock()
			got[status]++
		})
	}
	all.Wait()
	return got
}

func TestOfManyWhoRedeemACodeAtOnceOneGetsTokens(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		a := newApp(t, g, housetest.AppID)
		b := g.SignIn(t, "ada")
		for range 5 {
			code := a.signOn(t, b)
			if got := race(6, func(int) int { status, _ := a.redeem(t, code); return status }); got[200] != 1 || got[400] != 5 {
				t.Errorf("the answers are %v", got)
			}
		}
	})
}

func TestAResetLinkThatWasUsedOnOneReplicaIsUsedOnTheOther(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		g.Browser(t).Get("/password/forgot").Submit("main form", "login", "ada")
		link := g.Mail(t, "ada@example.org").Link("/password/reset")
		token := link[strings.Index(link, "?t=")+3:]
		var browsers []*housetest.Browser
		for range 6 {
			browsers = append(browsers, g.Browser(t))
		}
		words := []string{"purple", "orange", "silver", "golden", "yellow", "crimson"}
		got := race(len(browsers), func(i int) int {
			return browsers[i].Post("/password/reset", "t", token, "new", words[i]+" umbrella stand").Status
		})
		if got[200] != 1 || got[410] != 5 {
			t.Errorf("the answers are %v", got)
		}
		g.Only(0)
		if page := g.Browser(t).Get(link); page.Status != 410 {
			t.Errorf("the first replica shows it again: status %d", page.Status)
		}
		g.Only(1)
		if page := g.Browser(t).Get(link); page.Status != 410 {
			t.Errorf("the second replica shows it again: status %d", page.Status)
		}
	})
}

func TestManyFirstSignInsAtOnceAllSucceed(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Replicas: 2})
		got := race(8, func(int) int { return answer(t, g.URL+"/signin/password", "login", "ada", "password", "ada-password") })
		if got[200] != 8 {
			t.Errorf("the answers are %v", got)
		}
	})
}
