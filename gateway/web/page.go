package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Page answers with a whole page. An error means that nothing was written.
func (k *Kit) Page(w http.ResponseWriter, r *http.Request, status int, page templates.Page) error {
	body, loc, err := k.render(r, page)
	if err != nil {
		return err
	}
	k.clearFlash(w, r)
	k.rememberLanguage(w, r)
	return k.write(w, status, loc, body)
}

// Partial answers with one block of a page, for htmx; page holds its data. Flash messages stay for the next whole page.
func (k *Kit) Partial(w http.ResponseWriter, r *http.Request, status int, block string, page templates.Page) error {
	loc := k.Locale(r)
	var out bytes.Buffer
	if err := k.opts.Renderer.Partial(&out, loc, block, page); err != nil {
		return fmt.Errorf("drawing the block %q of %q: %w", block, page.Template(), err)
	}
	return k.write(w, status, loc, out.Bytes())
}

// IsPartial tells whether htmx asks for a block rather than for a page to take the whole body.
func IsPartial(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true"
}

func isHTMX(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

func (k *Kit) write(w http.ResponseWriter, status int, loc *i18n.Locale, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", loc.Tag())
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Add("Vary", "HX-Request, HX-Boosted, Accept-Language")
	w.WriteHeader(status)
	// A browser that went away is no failure of ours; the log line has the size that was written.
	_, _ = w.Write(body)
	return nil
}

// layout is what surrounds the page of this request.
func (k *Kit) layout(r *http.Request, loc *i18n.Locale) templates.Layout {
	var layout templates.Layout
	if k.opts.Layout != nil {
		layout = k.opts.Layout(r)
	}
	x := exchangeOf(r)
	layout.RequestID = x.id
	layout.Flash = append(layout.Flash, k.readFlash(r)...)
	layout.Languages = k.languages(r, loc)
	for _, change := range x.layout {
		change(&layout)
	}
	return layout
}

// languages links to the same page in every language.
func (k *Kit) languages(r *http.Request, current *i18n.Locale) []templates.LanguageLink {
	locales := k.opts.Bundle.Locales()
	links := make([]templates.LanguageLink, 0, len(locales))
	query := r.URL.Query()
	for _, loc := range locales {
		query.Set("lang", loc.Tag())
		target := url.URL{Path: r.URL.Path, RawQuery: query.Encode()}
		links = append(links, templates.LanguageLink{
			Tag: loc.Tag(), Name: loc.NativeName(), URL: target.String(), Current: loc.Tag() == current.Tag(),
		})
	}
	return links
}
