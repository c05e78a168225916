package ldapmap

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// LoginFilter finds the people whom a login names: a value of any login field, within which filter (SignInFilter or RecoveryFilter).
func (m *Mapping) LoginFilter(login string, which Filter) Filter {
	return And{which, anyOf(m.login, func(r *rule, a string) Filter {
		raw, err := r.encode(login)
		if err != nil {
			return nil
		}
		return Equal{a, raw}
	})}
}

// RecoveryLoginFilter finds those whom a login names, or a mail address, also if people do not sign in by it.
func (m *Mapping) RecoveryLoginFilter(login string) Filter {
	by := m.login
	if r, ok := m.byName[Emails]; ok && r.searchable() && !slices.Contains(by, r) {
		by = append(by[:len(by):len(by)], r)
	}
	return And{m.recovery, anyOf(by, func(_ *rule, a string) Filter { return Equal{a, login} })}
}

// SearchFilter finds people by a part of a value in the search fields, among those who can be recovered. An empty text finds all.
func (m *Mapping) SearchFilter(text string) Filter {
	if text == "" {
		return m.recovery
	}
	return And{m.recovery, anyOf(m.search, func(_ *rule, a string) Filter { return Contains{a, text} })}
}

// IDFilter finds the person with the stable id. Errors: NotFound if it cannot be an id.
func (m *Mapping) IDFilter(id string) (Filter, error) { return idFilter(m.spec.ID, id) }

// EntryID is the stable id of an entry as text. Errors: Internal if there is none.
func (m *Mapping) EntryID(e *Entry) (string, error) { return idOf(e, m.spec.ID) }

func anyOf(rules []*rule, compare func(*rule, string) Filter) Filter {
	any := Or{}
	for _, r := range rules {
		for _, a := range r.attributes {
			if f := compare(r, a); f != nil {
				any = append(any, f)
			}
		}
	}
	switch len(any) {
	case 0: // not every server knows the empty Or
		return Not{Present{"objectClass"}}
	case 1:
		return any[0]
	}
	return any
}

// CheckLogin tells whether a login can be looked for at all: 1 to 256 bytes of UTF-8 without control characters, and not blank. Errors: NotFound.
func CheckLogin(login string) error {
	const most = 256
	switch {
	case len(login) > most || strings.TrimSpace(login) == "":
		return fault.New(fault.NotFound, "a login of %d bytes, or blank", len(login))
	case !utf8.ValidString(login) || strings.ContainsFunc(login, unicode.IsControl):
		return fault.New(fault.NotFound, "a login with characters that no login has")
	}
	return nil
}

// UsernameFilter finds whoever has the user name, whether they may sign in or not.
func (m *Mapping) UsernameFilter(name string) Filter {
	r, ok := m.byName[Username]
	if !ok || !r.searchable() {
		return Not{Present{"objectClass"}}
	}
	return And{Or{m.filter, m.recovery}, anyOf([]*rule{r}, func(_ *rule, a string) Filter { return Equal{a, name} })}
}
