package demo

import (
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
)

// Inbox shows the mails that the gateway sent, whoever they were for: in the demo there is one mailbox for everybody.
type Inbox struct {
	Mails interface{ Messages() []inbox.Message }
	Log   *slog.Logger
}

var inboxPages = template.Must(template.ParseFS(files, "pages/inbox.html"))

// Handler returns the inbox's pages.
func (i *Inbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", i.list)
	mux.HandleFunc("GET /mail/{id}", i.one)
	mux.HandleFunc("GET /mail/{id}/html", i.html)
	mux.Handle("GET /pages/", http.FileServerFS(files))
	return secureHeaders(mux)
}

func (i *Inbox) list(w http.ResponseWriter, _ *http.Request) {
	mails := i.Mails.Messages()
	slices.Reverse(mails)
	render(w, i.Log, inboxPages, map[string]any{"Mails": mails})
}

func (i *Inbox) one(w http.ResponseWriter, r *http.Request) {
	if m, ok := i.find(r); ok {
		render(w, i.Log, inboxPages, map[string]any{"Mail": m})
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// html serves the HTML part by itself. It is shown in a frame without any right, so a mail can neither run a script nor
// touch the page around it; its links open in a new tab.
func (i *Inbox) html(w http.ResponseWriter, r *http.Request) {
	m, ok := i.find(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "+
		"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write([]byte(`<base target="_blank">` + m.HTML)) //nolint:errcheck // the browser has gone; nothing to do
}

func (i *Inbox) find(r *http.Request) (inbox.Message, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return inbox.Message{}, false
	}
	mails := i.Mails.Messages()
	at := slices.IndexFunc(mails, func(m inbox.Message) bool { return m.ID == id })
	if at < 0 {
		return inbox.Message{}, false
	}
	return mails[at], true
}
