package browsertest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/browsertest"
)

// TestDriving shows that the driver sees what a person sees, with and without JavaScript.
func TestDriving(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `<!doctype html><title>x</title><p id="who">`+r.FormValue("who")+` `+r.Header.Get("Accept-Language")+`</p>`+ //nolint:errcheck // a test page
			`<form method="post"><input id="i" name="who"><button id="b">go</button></form>`+
			`<noscript>without</noscript><script>document.body.append("with script")</script>`)
	}))
	defer server.Close()
	browser := browsertest.Open(t)
	for _, look := range []browsertest.Look{{}, {NoScript: true, Dark: true, Width: 390, Language: "fr"}} {
		tab := browser.Tab(t, look)
		tab.Go(server.URL)
		tab.Fill("#i", "Zoë")
		tab.Click("#b")
		tab.WaitForText("Zoë")
		if got, want := strings.Contains(tab.Body(), "with script"), !look.NoScript; got != want {
			t.Errorf("%+v: JavaScript ran: %v, want %v", look, got, want)
		}
		width := browsertest.Eval[int](tab, "innerWidth")
		dark := browsertest.Eval[bool](tab, "matchMedia('(prefers-color-scheme: dark)').matches")
		if look.Width != 0 && width != look.Width || dark != look.Dark {
			t.Errorf("%+v: the page is %d wide, dark is %v", look, width, dark)
		}
		if look.Language != "" && !strings.HasPrefix(strings.TrimPrefix(tab.Text("#who"), "Zoë "), look.Language) {
			t.Errorf("%+v: the browser asks for %q", look, tab.Text("#who"))
		}
	}
}
