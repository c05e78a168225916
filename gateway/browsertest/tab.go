package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Go opens an address.
func (tab *Tab) Go(url string) {
	tab.t.Helper()
	tab.Do(chromedp.Navigate(url))
}

// Fill empties an input and types into it.
func (tab *Tab) Fill(selector, text string) {
	tab.t.Helper()
	tab.WaitFor(selector)
	Eval[bool](tab, `(e => { e.focus(); e.value = ""; return true })(document.querySelector(`+quote(selector)+`))`)
	tab.Do(chromedp.SendKeys(chromedp.CSS(selector), text))
}

// Click clicks on what the CSS selector finds, once it stands still: a picture that arrives late moves what is below it away from under the mouse.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.WaitVisible(chromedp.CSS(selector)), chromedp.ScrollIntoView(chromedp.CSS(selector)))
	last := ""
	tab.until(selector+" to stand still", func() bool {
		was := last
		last, _ = ask(tab, chromedp.Evaluate[string](`(e => { if (!e || document.readyState !== "complete") return "";
			const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height].join() })(document.querySelector(`+quote(selector)+`))`))
		return last != "" && last == was
	})
	tab.Do(chromedp.Click(chromedp.CSS(selector)))
}

// Press types into whatever has the focus; for moving by keyboard alone.
func (tab *Tab) Press(keys string) {
	tab.t.Helper()
	tab.Do(chromedp.KeyEvent(keys))
}

// The keys that tests press.
const (
	Enter  = kb.Enter
	TabKey = kb.Tab
)

// WaitFor waits until the selector finds something visible.
func (tab *Tab) WaitFor(selector string) {
	tab.t.Helper()
	tab.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitForText waits until the page's text contains words.
func (tab *Tab) WaitForText(words string) {
	tab.t.Helper()
	tab.until("the words "+words, func() bool { return strings.Contains(tab.body(), words) })
}

// WaitForURL waits until the address contains part.
func (tab *Tab) WaitForURL(part string) {
	tab.t.Helper()
	tab.until("the address "+part, func() bool { return strings.Contains(tab.where(), part) })
}

// until asks again with each look at the page. There is no event for "the next page is here and says so", so this polls, bounded.
func (tab *Tab) until(what string, ok func() bool) {
	tab.t.Helper()
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			tab.t.Fatalf("waiting for %s at %s: it did not come\n%s", what, tab.where(), tab.body())
		case <-tick.C:
		}
	}
}

// Text is what the selector's element says.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	return strings.TrimSpace(must(tab, chromedp.Text(chromedp.CSS(selector))))
}

// Value is what an input holds.
func (tab *Tab) Value(selector string) string {
	tab.t.Helper()
	return must(tab, chromedp.Value(chromedp.CSS(selector)))
}

// Has tells whether the page has such an element now.
func (tab *Tab) Has(selector string) bool {
	tab.t.Helper()
	return Eval[bool](tab, `document.querySelector(`+quote(selector)+`) !== null`)
}

// Eval evaluates JavaScript in the page, also where the page itself may run none, and waits for a promise.
func Eval[T any](tab *Tab, script string) T {
	tab.t.Helper()
	return must(tab, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// URL is the address of the page.
func (tab *Tab) URL() string { return tab.where() }

// Body is all text of the page.
func (tab *Tab) Body() string { return tab.body() }

func (tab *Tab) where() string {
	url, _ := ask(tab, chromedp.Location())
	return url
}

func (tab *Tab) body() string {
	text, _ := ask(tab, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
	return text
}

// Shot keeps a picture of the whole page under the folder that WICKETGATE_SHOTS names, if it names one: for looking at, not for comparing.
func (tab *Tab) Shot(name string) {
	tab.t.Helper()
	dir := os.Getenv("WICKETGATE_SHOTS")
	if dir == "" {
		return
	}
	tab.until("the page to be whole", func() bool {
		ready, err := ask(tab, chromedp.Evaluate[bool](`document.readyState === "complete"`))
		return err == nil && ready
	})
	// A tab that is not in front is not painted, and a picture of it never comes.
	_ = tab.Try(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.BringToFront, cdp.Empty{})
		return err
	}))
	png, err := ask(tab, chromedp.FullScreenshot(100))
	if err != nil {
		tab.t.Logf("no picture of %s: %v", name, err)
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		tab.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
		tab.t.Fatal(err)
	}
}

func quote(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// Upload chooses a file for a file input.
func (tab *Tab) Upload(selector, path string) {
	tab.t.Helper()
	tab.Do(chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

// WaitGone waits until the page has no such element any more, as when a form has led on to another page.
func (tab *Tab) WaitGone(selector string) {
	tab.t.Helper()
	tab.until(selector+" to go", func() bool {
		gone, err := ask(tab, chromedp.Evaluate[bool](`document.readyState === "complete" && document.querySelector(`+quote(selector)+`) === null`))
		return err == nil && gone
	})
}
