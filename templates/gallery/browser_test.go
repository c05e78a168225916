package main

import (
	"context"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/sample"
)

// browser opens a browser and the gallery, or skips the test where there is no Chromium.
func browser(t *testing.T) (context.Context, string) {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	renderer, err := templates.New(templates.Options{Now: sample.Moment, Brand: templates.Brand{Name: "Supercoop"}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler(renderer))
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	return ctx, server.URL
}

// eval runs JavaScript and returns its value as text.
func eval(t *testing.T, ctx context.Context, script string) string {
	t.Helper()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+script+")"))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return value
}

// visit opens a page and starts to note what the Content-Security-Policy blocks.
func visit(t *testing.T, ctx context.Context, url string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	eval(t, ctx, `(window.blocked = [], document.addEventListener("securitypolicyviolation", (e) => blocked.push(e.violatedDirective + " " + e.blockedURI)))`)
}

// becomes waits until a script has a value.
func becomes(t *testing.T, ctx context.Context, script, want string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	var got string
	for time.Now().Before(deadline) {
		if got = eval(t, ctx, script); strings.Contains(got, want) {
			return
		}
		if err := chromedp.Do(ctx, chromedp.Sleep(30*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("%s is %q, want %q", script, got, want)
}

func TestComfortsWorkInABrowserWithinThePolicy(t *testing.T) {
	t.Parallel()
	ctx, base := browser(t)

	visit(t, ctx, base+"/pages/en/reset")
	becomes(t, ctx, `document.querySelector("[data-reveal]").innerText`, "Show")
	if err := chromedp.Do(ctx, chromedp.SendKeys(chromedp.CSS("#password"), "correct horse battery"), chromedp.Click(chromedp.CSS("[data-reveal]"))); err != nil {
		t.Fatal(err)
	}
	becomes(t, ctx, `document.getElementById("password").type + document.querySelector("[data-text]").innerText`, "textHide")
	becomes(t, ctx, `document.getElementById("password-strength").innerText`, "Strong.")
	if got := eval(t, ctx, `blocked.length`); got != "0" {
		t.Errorf("the policy blocked %s", eval(t, ctx, `blocked.join()`))
	}

	visit(t, ctx, base+"/pages/en/profile")
	for _, step := range []struct{ script, want string }{
		{`document.querySelectorAll("#emails .row").length`, "2"}, // The blank ones are folded away,
		{`document.querySelectorAll("#phones .row").length`, "1"}, // unless there is nothing else.
		{`(document.querySelector("#emails [data-add]").click(), document.activeElement.id)`, "emails-3"},
		{`document.querySelector("label[for=emails-3]").textContent + "|" + document.querySelectorAll("#emails .row")[2].querySelector("button").getAttribute("aria-label")`, "Mail addresses, 3|Remove Mail addresses, 3"},
		{`(document.querySelector("#emails .row [data-remove]").click(), document.querySelectorAll("#emails .row").length)`, "2"},
		{`(document.querySelector("#phones [data-remove]").click(), document.querySelectorAll("#phones .row").length)`, "1"},
	} {
		if got := eval(t, ctx, step.script); got != step.want {
			t.Errorf("%s is %q, want %q", step.script, got, step.want)
		}
	}
	if got := eval(t, ctx, `blocked.length`); got != "0" {
		t.Errorf("the policy blocked %s", eval(t, ctx, `blocked.join()`))
	}

	visit(t, ctx, base+"/pages/en/profile-wrong")
	becomes(t, ctx, `document.activeElement.className`, "summary")
	// htmx swaps the body; whoever uses a screen reader is taken to the start of the new content.
	visit(t, ctx, base+"/pages/en/applications")
	eval(t, ctx, `(document.querySelector(".revoke").open = true, document.querySelector(".revoke button").click())`)
	becomes(t, ctx, `document.querySelectorAll(".empty").length + document.activeElement.id`, "1main")
}
