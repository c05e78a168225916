package fields

import (
	"errors"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// maxValues bounds a list of mails, phones and the like.
const maxValues = 20

// Problems are what is wrong with a posted form, by field.
type Problems map[string]i18n.Message

// Mark puts every problem at its field of the form; those of fields it does not show go to the top.
func (p Problems) Mark(form *templates.Form) {
	names := make([]string, 0, len(p))
	for name := range p {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !form.SetError(name, p[name]) {
			form.Problems = append(form.Problems, templates.Problem{Message: p[name]})
		}
	}
}

// Add takes over the words of an error that is about a field; it tells whether it was one.
func (p Problems) Add(err error) bool {
	said, ok := fault.WordsOf(err)
	if !ok || !(said.Code == fault.Invalid || said.Code == fault.Conflict) {
		return false
	}
	p[said.Field] = i18n.Message{ID: said.Words, Args: said.Args}
	return true
}

// Read makes a new version of the person from a posted form, which must have been parsed (with its own bound on size). Only writable fields
// are looked at: whatever else a form carries is ignored. What was typed is in the result even where it is wrong, so that
// the form can be shown again; Problems says what is wrong. A value that did not change is never a problem: old data may
// break rules that are younger. A value that somebody else changed since the form was shown stays as it is now, unless it was
// changed in the form too: that is a problem, to be decided by a person.
//
// Errors: only of reading the upload.
func (s Set) Read(r *http.Request, old *ldapmap.User) (*ldapmap.User, Problems, error) {
	u, problems, shown := old.Clone(), Problems{}, readSeen(r.PostForm.Get(seenInput))
	for _, f := range s.Fields {
		if !s.writable(f) {
			continue
		}
		if f.Type == ldapmap.TypePhoto {
			if err := readPhoto(r, f.Name, u); err != nil && !problems.Add(err) {
				return nil, nil, err
			}
			continue
		}
		if !posted(r, f) {
			continue
		}
		values, now := normal(f, r.PostForm[f.Name]), normal(f, old.All(f.Name))
		if f.Widget == ldapmap.WidgetColour && r.PostForm.Get(f.Name+"_none") != "" {
			values = nil
		}
		if slices.Equal(values, now) && (len(values) > 0 || !s.required(f, old)) {
			continue // also what is only spelt another way in the directory stays as it is
		}
		if was, ok := shown[f.Name]; ok && was != digest(now) {
			if was == digest(values) {
				continue // somebody else has changed it, and this person has not
			}
			problems[f.Name] = meanwhile(now)
		}
		if wrong := s.check(f, values, old); !wrong.IsZero() {
			problems[f.Name] = wrong
		}
		u.Set(f.Name, values...)
	}
	return u, problems, nil
}

// posted tells whether the form had the field at all: a form that leaves a field out must not empty it.
func posted(r *http.Request, f ldapmap.Field) bool {
	return r.PostForm.Has(f.Name) || boxes(f) && r.PostForm.Has(f.Name+shownMark)
}

// normal returns values as they are kept: without blank ones, doubles and outer spaces, in Unicode's composed form.
func normal(f ldapmap.Field, raw []string) []string {
	var values, keys []string
	for _, v := range raw {
		v = strings.TrimSpace(norm.NFC.String(strings.ToValidUTF8(v, "\uFFFD")))
		switch f.Type {
		case ldapmap.TypeLines:
			v = strings.ReplaceAll(v, "\r\n", "\n")
		case ldapmap.TypePhone:
			v = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(v) // pasted from a web page; directories take plain spaces
		}
		if key := sameness(f, v); v != "" && !slices.Contains(keys, key) {
			values, keys = append(values, v), append(keys, key)
		}
	}
	switch {
	case f.Type == ldapmap.TypeBool:
		if len(values) > 0 && values[0] != "false" {
			return []string{"true"}
		}
		return []string{"false"}
	case !f.Many && len(values) > 1:
		return values[:1]
	}
	return values
}

// sameness is equal for two values that a directory takes for one (RFC 4517 4.2): a second one would be refused.
func sameness(f ldapmap.Field, v string) string {
	switch f.Type {
	case ldapmap.TypeMail:
		return strings.ToLower(v)
	case ldapmap.TypePhone:
		return strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(v))
	}
	return v
}

func (s Set) check(f ldapmap.Field, values []string, old *ldapmap.User) i18n.Message {
	switch {
	case len(values) == 0 && s.required(f, old):
		return i18n.M("Please fill this in.")
	case len(values) > maxValues:
		return i18n.M("No more than %d, please.", maxValues)
	}
	for i, v := range values {
		if slices.Contains(old.All(f.Name), v) {
			continue
		}
		clean, err := f.Clean(v)
		if said, ok := fault.WordsOf(err); ok {
			return i18n.Message{ID: said.Words, Args: said.Args}
		}
		values[i] = clean
	}
	return i18n.Message{}
}

func readPhoto(r *http.Request, name string, u *ldapmap.User) error {
	if r.PostForm.Get(name+"_remove") != "" {
		u.Set(name)
	}
	file, err := upload(r, name)
	if file == nil || err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	jpeg, err := Photo(file)
	if err != nil {
		return err
	}
	u.Set(name, string(jpeg))
	return nil
}

// upload returns the file that was sent, or nil if none was chosen: browsers then send an empty one without a name.
func upload(r *http.Request, name string) (multipart.File, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	file, header, err := r.FormFile(name)
	switch {
	case errors.Is(err, http.ErrMissingFile):
		return nil, nil
	case err != nil:
		return nil, err
	case header.Size == 0 && header.Filename == "":
		return nil, file.Close()
	}
	return file, nil
}
