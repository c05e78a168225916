package visit

import (
	"errors"
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/ticket"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
)

// RefuseLink answers a link that does not work, with a page that says why and what to do. retry is where a new one can be asked for; empty if nobody
// can by themselves. Every other error is returned as it is.
func RefuseLink(kit *web.Kit, log *audit.Log, w http.ResponseWriter, r *http.Request, err error, retry string) error {
	problem, status := templates.LinkProblem(""), http.StatusGone
	switch {
	case errors.Is(err, ticket.ErrUsed):
		problem = templates.LinkUsed
	case errors.Is(err, ticket.ErrExpired):
		problem = templates.LinkExpired
	case errors.Is(err, ticket.ErrChanged):
		problem = templates.LinkChanged
	case errors.Is(err, ticket.ErrPurpose):
		problem, status = templates.LinkForeign, http.StatusBadRequest
	case errors.Is(err, ticket.ErrMalformed):
		problem, status = templates.LinkBroken, http.StatusBadRequest
	default:
		return err
	}
	log.Event(r.Context(), audit.Event{Action: audit.LinkRefused, Detail: string(problem), IP: web.ClientIP(r), RequestID: web.RequestID(r)})
	return kit.Page(w, r, status, templates.LinkProblemPage{Problem: problem, Retry: retry, Home: "/signin"})
}
