package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/templates"
)

// ContinueParam is the name of the parameter, in the address or in a hidden field, that says where to go on after signing in.
const ContinueParam = "continue"

const (
	returnPurpose = "continue"
	returnLasts   = 24 * time.Hour // a sign-in page may stay open over night
	maxReturnPath = 6 << 10        // bytes; sealed it still fits into MaxTarget
	maxReturnLink = 300            // bytes
	maxSealed     = 12 << 10
)

// ReturnTo is where somebody goes on after signing in, and on whose behalf they do. It travels sealed in the address, so that no replica
// has to remember a sign-in that is under way.
type ReturnTo struct {
	// Path is an address on this site, with its query: "/oauth/authorize?client_id=…".
	Path string `json:"p"`
	// App is the application that asked; its name, logo and address stand on every page until the person is back there. All else is left out when sealing, and
	// so is what is long, such as a logo given as a data: URL, because an address cannot hold it.
	App templates.AppCard `json:"a,omitzero"`
	// Login fills in the user name (login_hint, OpenID Connect Core 3.1.2.1).
	Login string `json:"l,omitempty"`
	// Again asks for the password even if somebody is signed in (prompt=login, max_age).
	Again bool `json:"r,omitempty"`
}

type sealedReturn struct {
	ReturnTo
	Until int64 `json:"u"`
}

// SealReturn makes the value of ContinueParam. Errors: a Path that is not a local address, or too long for one.
func (k *Kit) SealReturn(to ReturnTo) (string, error) {
	if err := CheckLocal(to.Path); err != nil {
		return "", fmt.Errorf("sealing where to go on: %w", err)
	}
	to.App.Policy, to.App.Terms = "", ""
	for _, s := range []*string{&to.App.Logo, &to.App.URL} {
		if strings.HasPrefix(*s, "data:") || len(*s) > maxReturnLink {
			*s = ""
		}
	}
	plain, err := json.Marshal(sealedReturn{to, k.opts.Clock().Add(returnLasts).Unix()})
	if err != nil {
		return "", fmt.Errorf("sealing where to go on: %w", err)
	}
	return k.opts.Sealer.Seal(returnPurpose, nil, plain)
}

// ReturnTo reads where to go on: from the posted form, else from the address. It takes a value of SealReturn or a plain local path; anything else,
// and nothing, is the zero ReturnTo with Path "/". If it names an application, the pages of this request show it and let it keep hold of
// a window that it opened.
func (k *Kit) ReturnTo(w http.ResponseWriter, r *http.Request) ReturnTo {
	to := k.OpenReturn(ContinueValue(r))
	if to.App != (templates.AppCard{}) {
		SetApp(r, to.App)
		AllowOpener(w)
	}
	return to
}

// ContinueValue is the parameter as it came, to be handed on in a form or a link; "" if it is too long to be ours.
func ContinueValue(r *http.Request) string {
	value := r.PostForm.Get(ContinueParam)
	if value == "" {
		value = r.URL.Query().Get(ContinueParam)
	}
	if len(value) > maxSealed {
		return ""
	}
	return value
}

// Hidden carries ContinueParam, if there is one, and more from form to form.
func Hidden(r *http.Request, more ...templates.Hidden) []templates.Hidden {
	if value := ContinueValue(r); value != "" {
		more = append(more, templates.Hidden{Name: ContinueParam, Value: value})
	}
	return more
}

// OpenReturn opens a value of ContinueParam as ReturnTo does.
func (k *Kit) OpenReturn(value string) ReturnTo {
	home := ReturnTo{Path: "/"}
	if value == "" {
		return home
	}
	if CheckLocal(value) == nil {
		return ReturnTo{Path: value}
	}
	plain, err := k.opts.Sealer.Open(returnPurpose, nil, value)
	if err != nil {
		return home
	}
	var s sealedReturn
	if json.Unmarshal(plain, &s) != nil || k.opts.Clock().Unix() > s.Until || CheckLocal(s.Path) != nil {
		return home
	}
	return s.ReturnTo
}

// WithContinue adds the parameter to an address of ours: WithContinue("/signin", value). An empty value adds nothing.
func WithContinue(path, value string) string {
	if value == "" {
		return path
	}
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	return path + sep + ContinueParam + "=" + url.QueryEscape(value)
}

// CheckLocal tells whether a browser that is sent to the address stays on this site: it has to start with one slash. Browsers take a
// backslash for a slash and skip tabs and line ends, so neither may be in it.
func CheckLocal(path string) error {
	switch {
	case len(path) > maxReturnPath:
		return fmt.Errorf("the address has %d bytes, at most %d are allowed", len(path), maxReturnPath)
	case !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//"):
		return errors.New("the address must start with one slash")
	case !utf8.ValidString(path) || strings.ContainsFunc(path, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }):
		return errors.New("the address has a backslash or control characters")
	}
	u, err := url.Parse(path)
	switch {
	case err != nil:
		return errors.New("the address cannot be read")
	case u.Scheme != "" || u.Host != "" || u.User != nil:
		return errors.New("the address leads to another site")
	}
	return nil
}
