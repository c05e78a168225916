package web

import (
	"net/http"
)

// Routes serves a mux and gives its own answers, for unknown addresses (404) and wrong methods (405), the form of our pages.
func (k *Kit) Routes(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			answer := &probe{header: http.Header{}}
			h.ServeHTTP(answer, r)
			if allow := answer.header.Get("Allow"); allow != "" {
				w.Header().Set("Allow", allow)
			}
			switch answer.status {
			case http.StatusNotFound, http.StatusMethodNotAllowed:
				k.Fail(w, r, Status(answer.status, "no route for %s %s", truncate(r.Method, 16), truncate(r.URL.Path, maxLogged)))
				return
			}
		}
		mux.ServeHTTP(w, r)
	})
}

// probe takes the status and headers of an answer that nobody reads.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }
