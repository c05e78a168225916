package housetest

import (
	"bytes"
	"maps"
	"mime/multipart"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/web/webtest"
)

// Browser is a browser without JavaScript: cookies, redirects, forms with their hidden fields. See package webtest.
type Browser = webtest.Browser

// Page is what a Browser shows.
type Page = webtest.Page

// Browser opens a browser that has never been anywhere.
func (g *Gateway) Browser(t testing.TB) *Browser {
	t.Helper()
	b := webtest.New(t, g.URL)
	b.Header.Set("Origin", g.URL)
	return b
}

// SignIn opens a browser and signs somebody of the seed in, whose password is "<login>-password".
func (g *Gateway) SignIn(t testing.TB, login string) *Browser {
	t.Helper()
	return g.SignInWith(t, login, login+"-password")
}

// SignInWith is SignIn with another password. The test ends if nobody is let in.
func (g *Gateway) SignInWith(t testing.TB, login, password string) *Browser {
	t.Helper()
	b := g.Browser(t)
	page := b.Get("/signin").Submit("main form", "login", login).Submit("main form", "password", password)
	if page.Status != 200 || !page.Has(`form[action="/signout"]`) {
		t.Fatalf("%s was not let in: status %d at %s: %s", login, page.Status, page.URL, page.Text("main"))
	}
	return b
}

// Upload posts a form with a file in it (multipart/form-data) to an address; values are names and values in turn.
func Upload(t testing.TB, b *Browser, address, field, filename string, content []byte, values ...string) *Page {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(values); i += 2 {
		if err := form.WriteField(values[i], values[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile(field, filename)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.PostBody(address, form.FormDataContentType(), body.String())
}

// Hidden returns the hidden inputs of the form for a selector, names and values in turn, as Upload and Browser.Post take them.
func Hidden(page *Page, form string) []string {
	found := map[string]string{}
	for _, n := range page.Find(form + ` input[type="hidden"]`).EachIter() {
		found[n.AttrOr("name", "")] = n.AttrOr("value", "")
	}
	var values []string
	for _, name := range slices.Sorted(maps.Keys(found)) {
		values = append(values, name, found[name])
	}
	return values
}
