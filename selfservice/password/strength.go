package password

import (
	"net/http"
	"runtime"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/web"
)

// judges is how many passwords are judged at once. Judging costs up to a few hundredths of a second of processor, anybody may ask for it, and the page
// asks with every pause in typing: so half of the processors at most. Whoever is too many gets no answer, and the meter stands still for a moment.
func judges() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// strength judges a new password while it is typed. It needs no session and reads no directory: the names that must not be in the password are
// taken from the other fields of the form. What it says is advice; the rules are checked again when the form is sent.
func (f *Flow) strength(w http.ResponseWriter, r *http.Request) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	select {
	case f.judges <- struct{}{}:
		defer func() { <-f.judges }()
	default:
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	password := form.Get("new")
	if password == "" {
		password = form.Get("password")
	}
	var about []string
	for _, field := range []string{"username", "login", "name", "given_name", "family_name", "emails"} {
		for _, value := range form[field] {
			local, _, _ := strings.Cut(value, "@")
			about = append(about, value, local)
			about = append(about, strings.Fields(value)...)
		}
	}
	meter := f.Rules.Meter(password, about...)
	if web.IsPartial(r) {
		return f.Kit.Partial(w, r, http.StatusOK, "strength", meter)
	}
	return f.Kit.Page(w, r, http.StatusOK, meter)
}
