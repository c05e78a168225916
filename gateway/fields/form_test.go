package fields_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/fields"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

func locale(t *testing.T, tag string) *i18n.Locale {
	t.Helper()
	bundle, err := i18n.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	return bundle.Match(tag)
}

func standard(t *testing.T, names ...string) []ldapmap.Field {
	t.Helper()
	var out []ldapmap.Field
	for _, n := range names {
		f, ok := ldapmap.StandardField(n)
		if !ok {
			t.Fatalf("there is no standard field %s", n)
		}
		out = append(out, f)
	}
	return out
}

func set(t *testing.T) fields.Set {
	t.Helper()
	all := standard(t, "username", "given_name", "family_name", "name", "photo", "emails", "phones", "street", "postal_code", "language", "birthdate", "website", "groups")
	all = append(all,
		ldapmap.Field{Name: "colour", Type: ldapmap.TypeText, Section: ldapmap.SectionMore, Widget: ldapmap.WidgetSelect, MaxLength: 20, Custom: true,
			Label:   ldapmap.Text{Own: map[string]string{"en": "Favourite colour", "fr": "Couleur préférée"}},
			Choices: []ldapmap.Choice{{Value: "red"}, {Value: "green"}}},
		ldapmap.Field{Name: "newsletter", Type: ldapmap.TypeBool, Section: ldapmap.SectionMore, Widget: ldapmap.WidgetCheckbox, MaxLength: 8},
		ldapmap.Field{Name: "shifts", Type: ldapmap.TypeText, Many: true, Section: ldapmap.SectionMore, Widget: ldapmap.WidgetChoices, MaxLength: 20,
			Choices: []ldapmap.Choice{{Value: "mon"}, {Value: "tue"}, {Value: "wed"}}},
	)
	return fields.Set{Fields: all, Write: func(f string) bool { return f != "username" && f != "groups" }, Locked: []string{"family_name"},
		Languages: []templates.Option{{Value: "en", Label: "English"}, {Value: "fr", Label: "Français"}}}
}

func person() *ldapmap.User {
	u := ldapmap.NewUser(ldapmap.Ref{ID: "1", DN: "uid=zoe,dc=example"})
	u.Set("username", "zoe")
	u.Set("family_name", "O’Connor")
	u.Set("name", "Zoë O’Connor")
	u.Set("emails", "zoe@mail.example", "not a mail from 1998")
	u.Set("colour", "mauve")
	u.Set("shifts", "mon", "tue")
	u.Set("newsletter", "true")
	return u
}

func post(t *testing.T, v url.Values) *http.Request {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/profile", strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestFormShowsWhatMayBeSeenAndAsksWhatMayBeWritten(t *testing.T) {
	t.Parallel()
	form := set(t).Form(person(), locale(t, "fr"))
	found := map[string]templates.Field{}
	for _, s := range form.Sections {
		for _, f := range s.Fields {
			found[f.Name] = f
			for _, p := range f.Parts {
				found[p.Name] = p
			}
		}
	}
	if f := found["username"]; !f.ReadOnly || f.Value != "zoe" {
		t.Errorf("the user name cannot be written and is shown as %+v", f)
	}
	if f := found["family_name"]; !f.Locked || f.Value != "O’Connor" {
		t.Errorf("the locked name is shown as %+v", f)
	}
	if _, ok := found["groups"]; ok {
		t.Error("an empty field that cannot be written is shown")
	}
	if f := found["emails"]; !f.Multiple || len(f.Values) != 2 {
		t.Errorf("two mails are shown as %+v", f)
	}
	if found["address_parts"].Widget != templates.WidgetAddress || found["street"].Name == "" || found["postal_code"].Name == "" {
		t.Error("the parts of an address do not stand together")
	}
	f := found["colour"]
	if f.Label != "Couleur préférée" {
		t.Errorf("the label in French is %q", f.Label)
	}
	if !slices.ContainsFunc(f.Options, func(o templates.Option) bool { return o.Value == "mauve" }) || f.Required {
		t.Errorf("a colour that the configuration does not know, or none, can no longer be chosen: %v", f.Options)
	}
	if found["newsletter"].Value != "1" {
		t.Error("the box is not ticked")
	}
}

func TestReadTakesOnlyWhatMayBeWritten(t *testing.T) {
	t.Parallel()
	u, problems, err := set(t).Read(post(t, url.Values{
		"username": {"root"}, "family_name": {"Hacker"}, "groups": {"administrators"}, "dn": {"x"},
		"given_name": {"  Zoe\u0308 "}, "emails": {"", "zoe@mail.example", "not a mail from 1998", "zoe@new.example", "zoe@new.example"},
		"shifts_shown": {"1"}, "newsletter_shown": {"1"}, "colour": {"mauve"},
	}), person())
	if err != nil || len(problems) > 0 {
		t.Fatal(problems, err)
	}
	for field, want := range map[string][]string{
		"username": {"zoe"}, "family_name": {"O’Connor"}, "groups": nil, "dn": nil, "given_name": {"Zoë"}, "name": {"Zoë O’Connor"},
		"emails": {"zoe@mail.example", "not a mail from 1998", "zoe@new.example"}, "shifts": nil, "newsletter": {"false"}, "colour": {"mauve"},
	} {
		if got := u.All(field); !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestReadSaysWhatIsWrongAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	many := make([]string, 21)
	for i := range many {
		many[i] = "+33 5 56 00 00 " + string(rune('a'+i))
	}
	for field, values := range map[string][]string{
		"emails":     {"zoe@mail.example", "zoe at example"},
		"phones":     many,
		"website":    {"javascript:alert(1)"},
		"birthdate":  {"31.12.2001"},
		"language":   {"the french one"},
		"colour":     {"mauve2"},
		"given_name": {strings.Repeat("é", 257)},
		"name":       {"a\x00b"},
		"shifts":     {"mon", "sun"},
	} {
		u, problems, err := set(t).Read(post(t, url.Values{field: values}), person())
		if err != nil {
			t.Fatal(err)
		}
		if problems[field].IsZero() || len(problems) != 1 {
			t.Errorf("%s = %q: problems are %v", field, values, problems)
		}
		if !slices.Equal(u.All(field), values) {
			t.Errorf("%s: what was typed is lost: %q", field, u.All(field))
		}
		form := set(t).Form(u, locale(t, "en"))
		problems.Mark(&form)
		if len(form.Summary()) != 1 {
			t.Errorf("%s: the form's summary has %d lines, want 1", field, len(form.Summary()))
		}
	}
}

func TestRequiredFields(t *testing.T) {
	t.Parallel()
	s := set(t)
	for i := range s.Fields {
		s.Fields[i].Required = s.Fields[i].Name == "given_name" || s.Fields[i].Name == "name"
	}
	empty := url.Values{"given_name": {" "}, "name": {""}}
	if _, problems, _ := s.Read(post(t, empty), person()); problems["name"].IsZero() || !problems["given_name"].IsZero() {
		t.Errorf("a name that was there cannot be emptied, one that never was may stay empty: %v", problems)
	}
	s.AskRequired = true
	if _, problems, _ := s.Read(post(t, empty), person()); len(problems) != 2 {
		t.Errorf("both names are asked for: %v", problems)
	}
}

func TestReadPhoto(t *testing.T) {
	t.Parallel()
	send := func(file []byte, name string, more url.Values) (*ldapmap.User, fields.Problems, error) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		part, err := m.CreateFormFile("photo", name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write(file) //nolint:errcheck // a buffer
		for k, v := range more {
			m.WriteField(k, v[0]) //nolint:errcheck // a buffer
		}
		m.Close() //nolint:errcheck // a buffer
		r := httptest.NewRequest(http.MethodPost, "/profile", &b)
		r.Header.Set("Content-Type", m.FormDataContentType())
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Fatal(err)
		}
		old := person()
		old.Set("photo", "\xff\xd8old")
		return set(t).Read(r, old)
	}
	if u, problems, err := send(jpegOf(t, picture(8, 8)), "me.jpg", nil); err != nil || len(problems) > 0 || !strings.HasPrefix(u.Get("photo"), "\xff\xd8\xff") {
		t.Errorf("a photo was not taken: %v %v", problems, err)
	}
	if u, problems, err := send(nil, "", nil); err != nil || len(problems) > 0 || u.Get("photo") != "\xff\xd8old" {
		t.Errorf("no file chosen: %v %v", problems, err)
	}
	if u, _, err := send(nil, "", url.Values{"photo_remove": {"1"}}); err != nil || u.Get("photo") != "" {
		t.Errorf("the photo is still there: %v", err)
	}
	if u, problems, err := send([]byte("<html>"), "me.jpg", nil); err != nil || problems["photo"].IsZero() || u.Get("photo") != "\xff\xd8old" {
		t.Errorf("a page was taken for a photo: %v %v", problems, err)
	}
}
