package oidc_test

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
)

// TestTheSignedOutPageFramesNobodyElse tries what the policy of that page is for.
func TestTheSignedOutPageFramesNobodyElse(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Open(t)
	shop, option := aShop(t)
	w := newWorld(t, option)
	shop.open(w)
	tab := chromium.Tab(t, browsertest.Look{})
	tab.Go(shop.URL + "/login")
	tab.WaitForText("server true")
	_, hint, _ := shop.session()
	tab.Go(w.server.URL + logoutURL("id_token_hint", hint))
	tab.WaitForText("You are signed out")
	for address, blocked := range map[string]bool{shop.URL + "/frontchannel": false, "http://localhost:1/frontchannel": true, w.server.URL + "/signin": true} {
		got := browsertest.Eval[bool](tab, `new Promise((done) => {
			document.addEventListener("securitypolicyviolation", () => done(true), { once: true });
			const frame = document.createElement("iframe");
			frame.onload = () => setTimeout(() => done(false), 50);
			frame.src = "`+address+`";
			document.body.append(frame);
		})`)
		if got != blocked {
			t.Errorf("a frame of %s: blocked %t", address, got)
		}
	}
}

// TestWhereFramesHaveNoCookiesAnApplicationIsToldOfAChange is about browsers as they are set up today: the frame cannot tell, and says so by the answer
// after which an application asks with prompt=none. What its server is told by name ends all the same.
func TestWhereFramesHaveNoCookiesAnApplicationIsToldOfAChange(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Open(t)
	shop, option := aShop(t)
	w := newWorld(t, option)
	shop.open(w)
	tab := chromium.Tab(t, browsertest.Look{})
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, network.SetCookieControls, network.SetCookieControlsParams{EnableThirdPartyCookieRestriction: true})
		return err
	}))
	tab.Go(shop.URL + "/login")
	tab.WaitForText("changed")
	if got := tab.Text("#state"); got != "changed" {
		t.Errorf("the frame says %q", got)
	}
	sid, _, _ := shop.session()
	tab.Go(shop.URL + "/logout")
	tab.WaitForURL("state=bye")
	tab.WaitForText("server false, browser true")
	if told := shop.heard(); len(told) != 1 || told[0] != w.server.URL+" "+sid+" false" {
		t.Errorf("the application was told %q", told)
	}
}
