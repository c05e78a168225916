package templates

import (
	"net/http"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// ErrorFor is the page for an HTTP status, in words that suit most cases. A status without words of its own gets those of 400 or 500.
func ErrorFor(status int) ErrorPage {
	page := ErrorPage{Status: status}
	switch status {
	case http.StatusForbidden:
		page.Title = i18n.M("You cannot open this page")
		page.Message = i18n.M("Your account is not allowed to do this.")
		page.Advice = i18n.M("If you think it should be, ask whoever looks after accounts.")
	case http.StatusNotFound:
		page.Title = i18n.M("There is nothing here")
		page.Message = i18n.M("The address may be mistyped, or the page has moved.")
	case http.StatusMethodNotAllowed:
		page.Title = i18n.M("That does not work here")
		page.Message = i18n.M("This page cannot be used in that way.")
		page.Advice = i18n.M("Go back and start again from the page you came from.")
	case http.StatusRequestEntityTooLarge:
		page.Title = i18n.M("That is too large")
		page.Message = i18n.M("What you sent is larger than we can take. Nothing was changed.")
		page.Advice = i18n.M("If it was a photo, choose a smaller one.")
	case http.StatusUnsupportedMediaType:
		page.Title = i18n.M("That did not come from a form")
		page.Message = i18n.M("We take only what the forms on our pages send. Nothing was changed.")
		page.Advice = i18n.M("Go back and start again from the page you came from.")
	case http.StatusUnprocessableEntity:
		page.Title = i18n.M("Something in the form is not right")
		page.Message = i18n.M("Nothing was changed.")
		page.Advice = i18n.M("Go back, check what you typed, and send it again.")
	case http.StatusTooManyRequests:
		page.Title = i18n.M("Please wait a moment")
		page.Message = i18n.M("There were too many attempts in a short time. This protects your account.")
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		page.Title = i18n.M("We cannot reach the accounts just now")
		page.Message = i18n.M("It is not you: a part of the service does not answer. Nothing was lost and nothing was half done.")
		page.Advice = i18n.M("Try again in a minute.")
	default:
		if status >= http.StatusInternalServerError {
			page.Title = i18n.M("Something went wrong")
			page.Message = i18n.M("It is not you: we made a mistake. It has been noted.")
			page.Advice = i18n.M("Try again. If it happens once more, ask for help and give the number below.")
			break
		}
		page.Title = i18n.M("We did not understand that")
		page.Message = i18n.M("Your browser sent something we cannot use. Nothing was changed.")
		page.Advice = i18n.M("Go back and start again from the page you came from.")
	}
	return page
}
