// Command gallery shows every page and mail with made-up data on a loopback port, for whoever changes how they look:
//
//	go run ./templates/gallery [-addr 127.0.0.1:8099] [-theme folder]
//
// Forms go nowhere, but for taking a permission back and the strength meter; the Content-Security-Policy is that of the real program.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
	"github.com/wicketgate/wicketgate/templates/sample"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func main() {
	addr := flag.String("addr", "127.0.0.1:8099", "loopback `address` to listen on")
	theme := flag.String("theme", "", "`folder` of a theme to try")
	flag.Parse()
	if err := run(*addr, *theme); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func run(addr, themeFolder string) error {
	var theme fs.FS
	if themeFolder != "" {
		theme = os.DirFS(themeFolder)
	}
	renderer, err := templates.New(templates.Options{
		Theme: theme, Now: sample.Moment,
		Brand: templates.Brand{Name: "Supercoop", URL: "https://id.example.org", HelpURL: "https://example.org/help", HelpMail: "accounts@example.org"},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", addr, err)
	}
	fmt.Printf("The gallery is open: http://%s/\n", listener.Addr())
	return http.Serve(listener, handler(renderer)) //nolint:gosec // Loopback, for one person.
}

func handler(renderer *templates.Renderer) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(templates.StaticPrefix, renderer.Static())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { index(w, renderer) })
	mux.HandleFunc("POST /password/strength", func(w http.ResponseWriter, r *http.Request) { strength(w, r, renderer) })
	mux.HandleFunc("POST /applications/revoke", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/pages/en/applications-none", http.StatusSeeOther)
	})
	mux.HandleFunc("/pages/{lang}/{name}", func(w http.ResponseWriter, r *http.Request) {
		loc := renderer.Bundle().Locale(r.PathValue("lang"))
		if loc == nil {
			http.NotFound(w, r)
			return
		}
		for _, p := range sample.Pages(loc) {
			if p.Name == r.PathValue("name") {
				page(w, renderer, loc, p)
				return
			}
		}
		http.NotFound(w, r)
	})
	mux.HandleFunc("GET /mails/{lang}/{file}", func(w http.ResponseWriter, r *http.Request) { mail(w, r, renderer) })
	return mux
}

func page(w http.ResponseWriter, renderer *templates.Renderer, loc *i18n.Locale, p sample.Named) {
	for i, l := range p.Layout.Languages {
		p.Layout.Languages[i].URL = "/pages/" + l.Tag + "/" + p.Name
	}
	header := policy
	if _, framed := p.Page.(templates.MailPreviewPage); framed {
		header += "; frame-src 'self'"
	}
	w.Header().Set("Content-Security-Policy", header)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := renderer.Page(w, loc, p.Layout, p.Page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func mail(w http.ResponseWriter, r *http.Request, renderer *templates.Renderer) {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	loc := renderer.Bundle().Locale(r.PathValue("lang"))
	for _, m := range sample.Mails(renderer.Brand().URL, sample.Moment()) {
		if m.ID != name || loc == nil {
			continue
		}
		rendered, err := renderer.Mail(loc, m.Mail)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Security-Policy", templates.MailPreviewBodyPolicy)
		if kind == "html" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, rendered.HTML)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "Subject: %s\n\n%s", rendered.Subject, rendered.Text)
		return
	}
	http.NotFound(w, r)
}

// strength judges by length alone: enough to see the meter move.
func strength(w http.ResponseWriter, r *http.Request, renderer *templates.Renderer) {
	typed := r.FormValue("new")
	meter := templates.StrengthMeter{Typed: typed != "", Score: min(len(typed)/5, 4), Accepted: len(typed) >= 12}
	if !meter.Accepted {
		meter.Problems = []i18n.Message{i18n.M("Use %d characters or more.", 12)}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	loc := renderer.Bundle().Match(r.Header.Get("Accept-Language"))
	if err := renderer.Partial(w, loc, "strength", meter); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func index(w http.ResponseWriter, renderer *templates.Renderer) {
	var b bytes.Buffer
	b.WriteString("<!doctype html><meta charset=utf-8><title>Gallery</title><h1>Gallery</h1>")
	for _, loc := range renderer.Bundle().Locales() {
		fmt.Fprintf(&b, "<h2>%s</h2><ul>", loc.NativeName())
		for _, p := range sample.Pages(loc) {
			fmt.Fprintf(&b, `<li><a href="/pages/%[1]s/%[2]s">%[2]s</a>`, loc.Tag(), p.Name)
		}
		for _, m := range sample.Mails("", sample.Moment()) {
			fmt.Fprintf(&b, `<li>mail %[2]s: <a href="/mails/%[1]s/%[2]s.html">HTML</a> <a href="/mails/%[1]s/%[2]s.txt">text</a>`, loc.Tag(), m.ID)
		}
		b.WriteString("</ul>")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = b.WriteTo(w)
}
