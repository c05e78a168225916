package web

import (
	"errors"
	"mime"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// maxFields bounds the values of one form; the largest of ours has a few dozen.
const maxFields = 1000

// Form reads a posted form: application/x-www-form-urlencoded, or multipart/form-data for those with a file (then in r.MultipartForm).
// Errors: 413 for a body over the route's bound, 415 for another kind of body, 400 for one that cannot be read, has too many
// fields or text that is not UTF-8.
func Form(r *http.Request) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		err = r.ParseForm()
	case err == nil && kind == "multipart/form-data":
		err = r.ParseMultipartForm(MaxForm)
	case r.ContentLength == 0 && r.Header.Get("Content-Type") == "":
		err = r.ParseForm() // a form without any field
	default:
		return nil, Status(http.StatusUnsupportedMediaType, "a form was expected, the body is of type %q", truncate(kind, maxLogged))
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, Status(http.StatusRequestEntityTooLarge, "the body has more than %d bytes", tooLarge.Limit)
	case err != nil:
		return nil, &StatusError{Status: http.StatusBadRequest, Err: errors.New("the form cannot be read")} // its text may quote what was typed
	}
	fields := 0
	for name, values := range r.PostForm {
		fields += len(values)
		if fields > maxFields || !utf8.ValidString(name) {
			return nil, Status(http.StatusBadRequest, "the form has too many fields or a name that is not text")
		}
		for _, v := range values {
			if !utf8.ValidString(v) {
				return nil, Status(http.StatusBadRequest, "the field %q is not UTF-8", truncate(name, maxLogged))
			}
		}
	}
	return r.PostForm, nil
}

// Explain puts an error of the kind Invalid or Conflict that has words for a person into the form: at its field if the form has that
// field, else in the summary. It returns false for every other error, which the handler then returns.
func Explain(form *templates.Form, err error) bool {
	code := fault.CodeOf(err)
	if code != fault.Invalid && code != fault.Conflict {
		return false
	}
	e, ok := fault.WordsOf(err)
	if !ok {
		return false
	}
	words := i18n.M(e.Words, e.Args...)
	if e.Field == "" || !form.SetError(e.Field, words) {
		form.Problems = append(form.Problems, templates.Problem{Message: words})
	}
	return true
}
