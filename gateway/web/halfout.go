package web

import (
	"net/http"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// HalfSignedOut is the page for somebody whose cookie is gone while the session could not be ended: a copy of the cookie might still be good.
func HalfSignedOut() templates.ErrorPage {
	return templates.ErrorPage{
		Status: http.StatusServiceUnavailable, Home: "/signin",
		Title:   i18n.M("Signed out in this browser only"),
		Message: i18n.M("This browser has forgotten you. But the accounts did not answer, so applications may still know you for a while."),
		Advice:  i18n.M("To be sure, sign in and out once more in a few minutes."),
	}
}
