package signin

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// defaultWarnBefore is how long before its end a password is called about to expire.
const defaultWarnBefore = 14 * 24 * time.Hour

// askPassword shows the second page; without a login it goes back to the first.
func (f *Flow) askPassword(w http.ResponseWriter, r *http.Request) error {
	f.Kit.ReturnTo(w, r)
	login := authn.OpenLogin(f.Sealer, r.URL.Query().Get(authn.WhoParam), f.Kit.Now())
	if login == "" {
		return f.Kit.SeeOther(w, r, address(r, "/signin", ""))
	}
	return f.passwordPage(w, r, http.StatusOK, templates.PasswordPage{Login: login, Stay: f.Stay})
}

// passwordPage fills in what every form of this page has.
func (f *Flow) passwordPage(w http.ResponseWriter, r *http.Request, status int, page templates.PasswordPage) error {
	who, err := authn.SealLogin(f.Sealer, page.Login, f.Kit.Now())
	if err != nil {
		return fmt.Errorf("sealing the login: %w", err)
	}
	page.Action = "/signin/password"
	page.Hidden = web.Hidden(r)
	page.Other = address(r, "/signin", who)
	page.Forgot = f.forgot(r, who)
	page.OfferStay = f.OfferStay
	if page.Wait > 0 {
		page.Retry = address(r, "/signin/password", who)
		w.Header().Set("Retry-After", strconv.Itoa(int((page.Wait+time.Second-1)/time.Second)))
	}
	return f.Kit.Page(w, r, status, page)
}

// takePassword is the sign-in itself.
func (f *Flow) takePassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	to := f.Kit.ReturnTo(w, r)
	login, password := strings.TrimSpace(form.Get("login")), form.Get("password")
	if problem := authn.LoginProblem(login); !problem.IsZero() {
		return f.loginPage(w, r, http.StatusUnprocessableEntity, "", problem)
	}
	page := templates.PasswordPage{Login: login, Stay: form.Get("stay") == "1"}
	if page.Error = checkPassword(password); !page.Error.IsZero() {
		return f.passwordPage(w, r, http.StatusUnprocessableEntity, page)
	}
	from := authn.From{IP: web.ClientAddr(r), RequestID: web.RequestID(r), Device: f.device(r)}
	result, err := f.Auth.SignIn(r.Context(), login, password, from)
	switch {
	case errors.Is(err, authn.ErrRefused):
		page.Error = i18n.M("The name and the password do not belong together, or this account cannot sign in just now.")
		return f.passwordPage(w, r, http.StatusUnprocessableEntity, page)
	case fault.Is(err, fault.Throttled):
		page.Wait = max(web.RetryAfter(err), time.Second)
		return f.passwordPage(w, r, http.StatusTooManyRequests, page)
	case err != nil:
		return fmt.Errorf("signing in: %w", err)
	}
	web.SetPerson(r, result.User.ID)
	stay := page.Stay && f.OfferStay
	switch result.Outcome {
	case ldapmap.MustChange:
		return f.handOver(w, r, result.User, authn.Handover{Login: login, Reason: authn.ReasonMust, Remember: stay})
	case ldapmap.Expired:
		return f.handOver(w, r, result.User, authn.Handover{Login: login, Reason: authn.ReasonExpired, Remember: stay})
	}
	err = f.Sessions.Start(w, r, result.User, session.Opts{AMR: result.AMR, ACR: result.ACR, Remember: stay})
	if err != nil {
		return fmt.Errorf("starting a session: %w", err)
	}
	f.know(w, result.User, from.Device)
	if days, soon := f.expiring(result); soon {
		return f.handOver(w, r, result.User, authn.Handover{Login: login, Reason: authn.ReasonExpiring, DaysLeft: days, Remember: stay})
	}
	return f.Kit.Leave(w, r, to.Path)
}

// checkPassword says what is wrong with a password whoever it belongs to.
func checkPassword(password string) i18n.Message {
	switch {
	case password == "":
		return i18n.M("Type your password.")
	case len(password) > authn.MaxPassword:
		return i18n.M("That is longer than any password here.")
	case strings.ContainsRune(password, 0):
		return i18n.M("That has a character in it that no password has.")
	}
	return i18n.Message{}
}

// expiring tells how many days the password has left, if that is worth a word. With grace sign-ins it is over already.
func (f *Flow) expiring(result authn.Result) (days int, soon bool) {
	warn := f.WarnBefore
	if warn == 0 {
		warn = defaultWarnBefore
	}
	switch {
	case result.GraceLeft >= 0:
		return 0, true
	case result.ExpiresIn > 0 && result.ExpiresIn <= warn:
		return int(result.ExpiresIn / (24 * time.Hour)), true
	}
	return 0, false
}

// handOver goes on to the change page.
func (f *Flow) handOver(w http.ResponseWriter, r *http.Request, user *ldapmap.User, h authn.Handover) error {
	h.ID, h.DN = user.ID, user.DN
	sealed, err := authn.SealHandover(f.Sealer, h, f.Kit.Now())
	if err != nil {
		return fmt.Errorf("handing over to the change page: %w", err)
	}
	return f.Kit.SeeOther(w, r, web.WithContinue("/password?"+authn.StepParam+"="+url.QueryEscape(sealed), web.ContinueValue(r)))
}

// deviceCookie remembers that somebody signed in in this browser: see authn.Device.
const deviceCookie = "known"

func (f *Flow) device(r *http.Request) authn.Device {
	c, err := r.Cookie(f.Kit.CookieName(deviceCookie))
	if err != nil {
		return authn.Device{}
	}
	return authn.OpenDevice(f.Sealer, c.Value, f.Kit.Now())
}

// know sets the cookie for whoever has just signed in. It is a comfort: without it the person may have to wait for the guesses of others.
func (f *Flow) know(w http.ResponseWriter, user *ldapmap.User, before authn.Device) {
	if before.Person == user.ID {
		return
	}
	if sealed, err := authn.SealDevice(f.Sealer, user, f.Kit.Now()); err == nil {
		f.Kit.SetCookie(w, deviceCookie, sealed, int(authn.DeviceLasts.Seconds()))
	}
}
