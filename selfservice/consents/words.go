package consents

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// label is what a scope means to the person. A scope for one field of the configuration is called as that field is.
func (f *Flow) label(scope string, loc *i18n.Locale) string {
	switch scope {
	case "profile":
		return loc.T("Your name and profile")
	case "email":
		return loc.T("Your mail address")
	case "phone":
		return loc.T("Your phone number")
	case "address":
		return loc.T("Your postal address")
	case "groups":
		return loc.T("The groups you are in")
	case oidc.ScopeOffline:
		return loc.T("Access while you are away")
	}
	if api, scopeOf := f.Provider.Resource(scope); api != nil {
		if scopeOf == nil {
			return loc.T("Use %s in your name", api.DisplayName())
		}
		return api.DisplayName() + ": " + can(*scopeOf, loc)
	}
	if told := f.Provider.Told(scope); len(told) == 1 {
		return name(told[0], loc)
	}
	return scope
}

// claim is what a claim that is asked for by its own name means to the person.
func (f *Flow) claim(client *rp.Client, claim string, loc *i18n.Locale) string {
	if client != nil {
		switch own, is := client.Claims[claim]; {
		case len(own.Label) > 0:
			return ldapmap.Text{Own: own.Label}.In(loc.Tag(), loc.T)
		case is && own.Groups != nil:
			return f.label("groups", loc)
		case is && own.Field != "":
			if field, known := f.Provider.Field(own.Field); known {
				return name(field, loc)
			}
		}
	}
	switch claim {
	case "email_verified":
		return loc.T("Whether your mail address is confirmed")
	case "phone_number_verified":
		return loc.T("Whether your phone number is confirmed")
	case "email", "address", "groups":
		return f.label(claim, loc)
	case "phone_number":
		return f.label("phone", loc)
	}
	if told := f.Provider.Named(claim); len(told) == 1 {
		return name(told[0], loc)
	}
	return claim
}

// name is what a field is called on pages.
func name(f ldapmap.Field, loc *i18n.Locale) string {
	if words := f.Label.In(loc.Tag(), loc.T); words != "" {
		return words
	}
	return f.Name
}

// scope shows what the application would see now, in the person's own values. What has none is left out.
func (f *Flow) scope(client *rp.Client, asked oidc.Asked, again bool, loc *i18n.Locale) templates.Scope {
	s := templates.Scope{Label: f.label(asked.Scope, loc), New: again && asked.New}
	if asked.Claim != "" {
		s.Label = f.claim(client, asked.Claim, loc)
	}
	for _, c := range asked.Claims {
		shown := templates.Claim{Label: name(c.Field, loc)}
		if c.Field.Type == ldapmap.TypePhoto {
			shown.Image = "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString([]byte(c.Values[0]))
		} else {
			for _, v := range c.Values {
				shown.Values = append(shown.Values, value(c.Field, v, loc))
			}
		}
		s.Claims = append(s.Claims, shown)
	}
	return s
}

// act is what the application could do at an API.
func (f *Flow) act(api oidc.AskedResource, again bool, loc *i18n.Locale) templates.Act {
	a := templates.Act{Label: loc.T("Use %s in your name", api.Name), New: again && api.New}
	for _, s := range api.Scopes {
		a.Can = append(a.Can, can(s, loc))
	}
	return a
}

// can says what a scope of an API lets an application do, in the words of the configuration.
func can(s rp.ResourceScope, loc *i18n.Locale) string {
	return cmp.Or(ldapmap.Text{Own: s.Label}.In(loc.Tag(), loc.T), s.Name)
}

// leads is where the browser goes on, as a person knows it: the name of a site, or a program of their own.
func leads(to *url.URL, loc *i18n.Locale) string {
	switch {
	case to.Scheme != "https" && to.Scheme != "http":
		return loc.T("an application on this device")
	case rp.Loopback(to.Hostname()):
		return loc.T("a program on this computer")
	default:
		return to.Host
	}
}

// value writes one canonical value for reading.
func value(f ldapmap.Field, v string, loc *i18n.Locale) string {
	for _, c := range f.Choices {
		if c.Value == v {
			return c.Label.In(loc.Tag(), loc.T)
		}
	}
	switch f.Type {
	case ldapmap.TypeBool:
		if v == "true" {
			return loc.T("Yes")
		}
		return loc.T("No")
	case ldapmap.TypeDate:
		if day, err := time.Parse(time.DateOnly, v); err == nil {
			return loc.Date(day)
		}
	case ldapmap.TypeTime:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return loc.DateTime(at)
		}
	}
	return v
}
