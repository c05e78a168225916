package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/templates"
)

// Bounds of a kept form: what would be larger was not typed by a person.
const (
	maxKeptFields = 200
	maxKeptBytes  = 48 << 10
)

// keep takes what was typed into a form that could not be handled, so that it can be posted again from the error page. Passwords are
// left out: the form then asks for them once more. A file that was uploaded is lost, since no page may hold it.
func keep(r *http.Request) *templates.KeptForm {
	if _, err := Form(r); err != nil {
		return nil
	}
	names := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		names = append(names, name)
	}
	slices.Sort(names)
	kept := &templates.KeptForm{Action: r.URL.RequestURI(), FileLost: r.MultipartForm != nil && len(r.MultipartForm.File) > 0}
	size := 0
	for _, name := range names {
		if secretField(name) {
			continue
		}
		for _, value := range r.PostForm[name] {
			size += len(name) + len(value)
			if size > maxKeptBytes || len(kept.Fields) >= maxKeptFields {
				return nil
			}
			kept.Fields = append(kept.Fields, templates.Hidden{Name: name, Value: value})
		}
	}
	return kept
}

// secretField tells which fields of our forms hold a password or a code. The forms name them so; the test of each flow holds it to that.
func secretField(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "current", "new", "confirm", "otp", "code":
		return true
	}
	return strings.Contains(name, "password") || strings.Contains(name, "secret")
}
