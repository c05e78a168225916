package signin

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// askLogin shows the first page. What the application suggested (login_hint) or what was typed before is filled in.
//
// Somebody who is signed in already sees it too: whether the session still holds could only be told by asking the
// directory, and a redirect on the strength of the cookie alone would go round in circles when it does not.
func (f *Flow) askLogin(w http.ResponseWriter, r *http.Request) error {
	to := f.Kit.ReturnTo(w, r)
	login := authn.OpenLogin(f.Sealer, r.URL.Query().Get(authn.WhoParam), f.Kit.Now())
	if login == "" && len(to.Login) <= authn.MaxLogin {
		login = to.Login
	}
	return f.loginPage(w, r, http.StatusOK, login, i18n.Message{})
}

func (f *Flow) loginPage(w http.ResponseWriter, r *http.Request, status int, login string, problem i18n.Message) error {
	loc := f.Kit.Locale(r)
	accounts := ""
	if len(f.Sessions.Accounts(r)) > 0 {
		accounts = address(r, visit.PathAccounts, "")
	}
	return f.Kit.Page(w, r, status, templates.LoginPage{
		Action: "/signin", Hidden: web.Hidden(r), Login: login, Label: web.Words(f.Label, loc), Hint: web.Words(f.Hint, loc), Error: problem,
		Forgot: f.forgot(r, ""), Register: f.Register, Accounts: accounts,
	})
}

// takeLogin looks at nothing but the text: whether there is such an account is not to be seen from here.
func (f *Flow) takeLogin(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	f.Kit.ReturnTo(w, r)
	login := strings.TrimSpace(form.Get("login"))
	if problem := authn.LoginProblem(login); !problem.IsZero() {
		if len(login) > authn.MaxLogin {
			login = ""
		}
		return f.loginPage(w, r, http.StatusUnprocessableEntity, login, problem)
	}
	who, err := authn.SealLogin(f.Sealer, login, f.Kit.Now())
	if err != nil {
		return fmt.Errorf("sealing the login: %w", err)
	}
	return f.Kit.SeeOther(w, r, address(r, "/signin/password", who))
}
