package consents

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
)

// ask shows the page, or goes where there is something to do instead.
func (f *Flow) ask(w http.ResponseWriter, r *http.Request) error {
	web.AllowOpener(w) // as the authorization endpoint does: the page may stand in the application's pop-up
	q, err := f.Provider.Question(w, r)
	if err != nil {
		return err
	}
	if q.Elsewhere != "" {
		return f.Kit.Leave(w, r, q.Elsewhere)
	}
	dress(r, q.Visit)
	return f.Kit.Page(w, r, http.StatusOK, f.question(r, q))
}

// question finds the words for what is asked.
func (f *Flow) question(r *http.Request, q *oidc.Question) templates.ConsentPage {
	loc := f.Kit.Locale(r)
	u := q.Visit.User
	page := templates.ConsentPage{
		Action:  PathConsent,
		Hidden:  []templates.Hidden{{Name: oidc.ResumeParam, Value: q.Sealed}},
		App:     q.App,
		Account: templates.Account{Name: u.DisplayName(), Login: u.Get(ldapmap.Username), Photo: visit.PhotoURL(u)},
		Switch:  q.Switch,
		Offline: q.Offline,
		Again:   q.Again,
		Unknown: q.Unknown,
	}
	if q.Self && q.Leads != nil {
		page.Leads = leads(q.Leads, loc)
	}
	for _, asked := range q.Scopes {
		page.Scopes = append(page.Scopes, f.scope(q.Client(), asked, q.Again, loc))
	}
	for _, api := range q.Resources {
		page.Acts = append(page.Acts, f.act(api, q.Again, loc))
	}
	if len(page.Scopes)+len(page.Acts) == 0 {
		page.Scopes = []templates.Scope{{Label: loc.T("That it is you, and nothing else about you")}}
	}
	return page
}

// answer keeps the decision and goes back to the authorization endpoint.
func (f *Flow) answer(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	q, err := f.Provider.Question(w, r)
	if err != nil {
		return err
	}
	if q.Elsewhere != "" {
		return f.Kit.Leave(w, r, q.Elsewhere)
	}
	web.SetPerson(r, q.Visit.User.ID)
	yes, err := decision(form)
	if err != nil {
		return err
	}
	next, err := f.Provider.Decide(r, q, yes)
	if err != nil {
		return err
	}
	return f.Kit.Leave(w, r, next)
}

// decision is the button that was pressed.
func decision(form url.Values) (yes bool, err error) {
	switch form.Get("decision") {
	case "accept":
		return true, nil
	case "deny":
		return false, nil
	}
	return false, &web.StatusError{Status: http.StatusBadRequest, Err: errors.New("the consent form says neither accept nor deny")}
}

// dress speaks the person's language. The header stays bare: the one thing to do here is to answer.
func dress(r *http.Request, v *session.Visit) {
	web.SetPerson(r, v.User.ID)
	if language := v.User.Get(ldapmap.Language); language != "" {
		web.SetLanguage(r, language)
	}
}
