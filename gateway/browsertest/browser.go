// Package browsertest drives the pages in a headless Chromium, as a person would: it types, clicks and reads. It is for tests.
//
// A Browser is one Chromium process with a profile of its own in a temporary folder; a Tab has its own cookies, width, colour scheme and language,
// and can be without JavaScript. Every wait is for something on the page and bounded by a deadline; nothing sleeps.
package browsertest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience bounds one action: pages are local, so whatever takes longer will not come.
const patience = 20 * time.Second

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Open starts a Chromium that ends with the test. Without one on this machine the test is skipped, or fails where CI is set.
func Open(t testing.TB) *Browser {
	t.Helper()
	return open(t, t.TempDir())
}

// OpenLenient is Open for a Chromium that lets the frames of other sites have their cookies, as browsers used to.
func OpenLenient(t testing.TB) *Browser {
	t.Helper()
	profile := t.TempDir()
	err := os.MkdirAll(filepath.Join(profile, "Default"), 0o700)
	if err == nil {
		err = os.WriteFile(filepath.Join(profile, "Default", "Preferences"), []byte(`{"profile":{"cookie_controls_mode":0}}`), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return open(t, profile)
}

func open(t testing.TB, profile string) *Browser {
	t.Helper()
	path := find()
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium on this machine: apt-get install chromium")
		}
		t.Skip("SKIPPED: there is no Chromium on this machine (apt-get install chromium), so the pages were not tried in a browser")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:len(chromedp.DefaultExecAllocatorOptions):len(chromedp.DefaultExecAllocatorOptions)],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.WSURLReadTimeout(60*time.Second),
	)
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // closes the browser and waits for it
		cancel()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return &Browser{ctx}
}

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Look is how a tab shows pages.
type Look struct {
	Width, Height int  // in CSS pixels; 0: 1360 x 900
	Dark          bool // prefers-color-scheme
	NoScript      bool // JavaScript is off
	Language      string
}

// Tab is one window with cookies of its own.
type Tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	problems []string
}

// Tab opens a window.
func (b *Browser) Tab(t testing.TB, look Look) *Tab {
	t.Helper()
	if look.Width == 0 {
		look.Width = 1360
	}
	if look.Height == 0 {
		look.Height = 900
	}
	if look.Language == "" {
		look.Language = "en"
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	tab := &Tab{t: t, ctx: ctx}
	scheme := "light"
	if look.Dark {
		scheme = "dark"
	}
	tab.Do(
		chromedp.EmulateViewport(int64(look.Width), int64(look.Height)),
		chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
			_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
				{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
			if err == nil {
				_, err = cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: look.NoScript})
			}
			if err == nil {
				_, err = cdp.Call(ctx, target, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": look.Language}})
			}
			return err
		}),
	)
	console := chromedp.Console(ctx)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			if m.Type == "error" || m.IsException() {
				tab.mu.Lock()
				tab.problems = append(tab.problems, m.String())
				tab.mu.Unlock()
			}
		}
	}()
	return tab
}

// Problems are the errors in the browser's console so far: exceptions, missing files, refusals by the Content-Security-Policy. A page
// that answered with an error status is listed too.
func (tab *Tab) Problems() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return slices.Clone(tab.problems)
}

// Do does steps within the tab's patience.
func (tab *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := tab.Try(steps...); err != nil {
		tab.t.Fatalf("in the browser at %s: %v\n%s", tab.where(), err, tab.body())
	}
}

// Try is Do for what may fail.
func (tab *Tab) Try(steps ...chromedp.Action[chromedp.Void]) error {
	_, err := ask(tab, chromedp.Steps(steps...))
	return err
}

func ask[T any](tab *Tab, action chromedp.Action[T]) (T, error) {
	// The first action in a chromedp context opens the tab, which must outlive that action's deadline.
	if chromedp.FromContext(tab.ctx).Target == nil {
		if err := chromedp.Do(tab.ctx); err != nil {
			var none T
			return none, err
		}
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, action)
}

// must is ask for what a test cannot go on without.
func must[T any](tab *Tab, action chromedp.Action[T]) T {
	tab.t.Helper()
	v, err := ask(tab, action)
	if err != nil {
		tab.t.Fatalf("in the browser at %s: %v\n%s", tab.where(), err, tab.body())
	}
	return v
}
