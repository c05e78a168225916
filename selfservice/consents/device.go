package consents

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// typeCode asks for the code that a device shows. An address that has it already fills it in, and asks all the same: the person has to look at the device
// (RFC 8628 5.4).
func (f *Flow) typeCode(w http.ResponseWriter, r *http.Request, _ *visit.Visitor) error {
	bare(r)
	code := r.URL.Query().Get(oidc.UserCodeParam)
	if len(code) > 64 {
		code = ""
	}
	return f.Kit.Page(w, r, http.StatusOK, templates.DevicePage{Action: PathDevice, Code: code})
}

// takeCode goes on to the question if a device waits for the code.
func (f *Flow) takeCode(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	sealed, err := f.Provider.FindDevice(r.Context(), v.Visit, form.Get(oidc.UserCodeParam))
	if errors.Is(err, oidc.ErrNoDevice) {
		return f.noDevice(w, r, form.Get(oidc.UserCodeParam))
	}
	if err != nil {
		return err
	}
	return f.Kit.SeeOther(w, r, pathDeviceConfirm+"?"+url.Values{oidc.ResumeParam: {sealed}}.Encode())
}

func (f *Flow) noDevice(w http.ResponseWriter, r *http.Request, typed string) error {
	bare(r)
	if len(typed) > 64 {
		typed = ""
	}
	page := templates.DevicePage{Action: PathDevice, Code: typed, Error: i18n.M("No device waits for this code. Look at it again: the device shows a new one every ten minutes.")}
	return f.Kit.Page(w, r, http.StatusUnprocessableEntity, page)
}

// askForDevice shows what the device would know, with the code to compare.
func (f *Flow) askForDevice(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	q, err := f.Provider.DeviceQuestion(r, v.Visit, r.URL.Query().Get(oidc.ResumeParam))
	switch {
	case errors.Is(err, oidc.ErrNoDevice):
		return f.noDevice(w, r, "")
	case err != nil:
		return err
	case q.Elsewhere != "":
		return f.Kit.SeeOther(w, r, q.Elsewhere)
	}
	bare(r)
	page := f.question(r, q)
	page.Action, page.Device = pathDeviceConfirm, q.UserCode
	return f.Kit.Page(w, r, http.StatusOK, page)
}

// answerDevice keeps the decision for the device to find.
func (f *Flow) answerDevice(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	yes, err := decision(form)
	if err != nil {
		return err
	}
	q, err := f.Provider.DeviceQuestion(r, v.Visit, form.Get(oidc.ResumeParam))
	if err == nil && q.Elsewhere == "" {
		err = f.Provider.DecideDevice(r, q, yes)
	}
	switch {
	case errors.Is(err, oidc.ErrNoDevice):
		return f.noDevice(w, r, "")
	case err != nil:
		return err
	case q.Elsewhere != "":
		return f.Kit.SeeOther(w, r, q.Elsewhere)
	}
	bare(r)
	// Shown in answer to the post: an address that says it again later would say it without knowing.
	return f.Kit.Page(w, r, http.StatusOK, templates.DeviceDonePage{Allowed: yes, Name: v.User.DisplayName()})
}

// bare takes the navigation away: the one thing to do here is to answer.
func bare(r *http.Request) {
	web.SetLayout(r, func(l *templates.Layout) { l.Viewer, l.Nav = nil, nil })
}
