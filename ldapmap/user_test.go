package ldapmap

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestAPersonIsCalledByTheBestNameThereIs(t *testing.T) {
	t.Parallel()
	u := NewUser(Ref{})
	for _, c := range []struct{ field, value string }{{Emails, "a@x"}, {Username, "ada"}, {GivenName, "Ada"}, {Name, "Ada L"}} {
		u.Set(c.field, c.value)
		if u.DisplayName() != c.value {
			t.Errorf("%q with %q", u.DisplayName(), u.Fields())
		}
	}
	if NewUser(Ref{}).DisplayName() != "" {
		t.Error("somebody without a name has one")
	}
	c := u.Clone()
	c.Set(Emails, "", "b@x", "")
	c.Set(Name)
	if u.Get(Emails) != "a@x" || !slices.Equal(c.All(Emails), []string{"b@x"}) || slices.Contains(c.Fields(), Name) {
		t.Error("a copy changes the original, or keeps empty values")
	}
}

func TestAnAccountIsActiveBetweenItsDays(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		a    Account
		want bool
	}{
		{Account{}, true}, {Account{Locked: true}, false}, {Account{Disabled: true}, false}, {Account{Excluded: true}, false}, {Account{MustChange: true}, true},
		{Account{NotBefore: now}, true}, {Account{NotBefore: now.Add(1)}, false}, {Account{Expires: now}, false}, {Account{Expires: now.Add(1)}, true},
	} {
		if c.a.Active(now) != c.want {
			t.Errorf("%+v: %v", c.a, !c.want)
		}
	}
}

func TestPartialSuccessSaysBothHalves(t *testing.T) {
	t.Parallel()
	cause := errors.New("the stamp was refused")
	p := &Partial{Done: "the password was changed", Err: cause}
	if p.Error() != "the password was changed, but then: the stamp was refused" || !errors.Is(p, cause) {
		t.Error(p)
	}
}
