package directory_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// newcomer is a person to create.
func newcomer(b *office, username string) *ldapmap.User {
	u := ldapmap.NewUser(ldapmap.Ref{})
	u.Set(ldapmap.Username, username)
	u.Set(ldapmap.Name, "New "+username)
	u.Set(ldapmap.GivenName, "New")
	u.Set(ldapmap.FamilyName, username)
	u.Set(ldapmap.Emails, username+"@example.org")
	return u
}

func photo(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// update writes a change and returns what the directory has then.
func (b *office) update(u *ldapmap.User, change func(*ldapmap.User)) *ldapmap.User {
	b.t.Helper()
	next := u.Clone()
	change(next)
	after, err := b.Update(b.t.Context(), u, next)
	if err != nil {
		b.t.Fatalf("changing %s: %v", u.DN, err)
	}
	return after
}

func TestBehaviourAnAccountIsMadeChangedAndDeleted(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		u, err := b.Create(t.Context(), newcomer(b, "tilda"), firstChoice)
		if err != nil {
			t.Fatal(err)
		}
		b.expect("tilda", firstChoice, ldapmap.OK)
		if u.ID == "" || u.Get(ldapmap.GivenName) != "New" || u.Get(ldapmap.Emails) != "tilda@example.org" {
			t.Errorf("the new account is %+v", u)
		}
		if _, err := b.Create(t.Context(), newcomer(b, "tilda"), firstChoice); !fault.Is(err, fault.Conflict) {
			t.Errorf("the same user name again: %v", err)
		}
		u = b.update(u, func(u *ldapmap.User) {
			u.Set(ldapmap.GivenName, "Tilda Ångström")
			u.Set("title", `Captain; "the" + <best>, #1 \o/`)
			u.Set(ldapmap.Emails)
		})
		if u.Get(ldapmap.GivenName) != "Tilda Ångström" || u.Get("title") != `Captain; "the" + <best>, #1 \o/` || len(u.All(ldapmap.Emails)) != 0 {
			t.Errorf("the changed account is %v %v %v", u.All(ldapmap.GivenName), u.All("title"), u.All(ldapmap.Emails))
		}
		if err := b.Delete(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Get(t.Context(), u.Ref); !fault.Is(err, fault.NotFound) {
			t.Errorf("the deleted account: %v", err)
		}
		if err := b.Delete(t.Context(), u); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting it again: %v", err)
		}
	})
}

func TestBehaviourPhotosAndSeveralValuesComeBackToTheByte(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		jpeg, numbers := photo(t), []string{"+44 20 7946 0001", "+44 20 7946 0002", "+33 1 70 18 99 00"}
		f, _ := b.Mapping().Field(ldapmap.Phones)
		u := b.update(b.person("ada"), func(u *ldapmap.User) { u.Set(ldapmap.Photo, jpeg); u.Set(ldapmap.Phones, numbers...) })
		if u.Get(ldapmap.Photo) != jpeg {
			t.Errorf("the photo of %d bytes comes back as %d", len(jpeg), len(u.Get(ldapmap.Photo)))
		}
		if got := slices.Sorted(slices.Values(u.All(ldapmap.Phones))); !slices.Equal(got, slices.Sorted(slices.Values(numbers))) {
			t.Errorf("the numbers are %q (%+v)", got, f)
		}
		// What somebody else adds meanwhile stays.
		seen := u.Clone()
		if b.s.Has(ldaptest.ManyMails) {
			b.update(u, func(u *ldapmap.User) {
				u.Set(ldapmap.Emails, append(slices.Clone(u.All(ldapmap.Emails)), "third@example.org")...)
			})
		}
		u = b.update(seen, func(u *ldapmap.User) { u.Set(ldapmap.Phones, numbers[0]); u.Set(ldapmap.Photo) })
		if u.Get(ldapmap.Photo) != "" || !slices.Equal(u.All(ldapmap.Phones), numbers[:1]) {
			t.Errorf("the numbers are %q, and there is a photo of %d bytes", u.All(ldapmap.Phones), len(u.Get(ldapmap.Photo)))
		}
		if b.s.Has(ldaptest.ManyMails) && !slices.Contains(u.All(ldapmap.Emails), "third@example.org") {
			t.Errorf("the address that came meanwhile is gone: %q", u.All(ldapmap.Emails))
		}
	})
}

func TestBehaviourARenamedPersonIsTheSamePerson(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		was := b.person("ada")
		u := b.update(was, func(u *ldapmap.User) { u.Set(ldapmap.Username, "augusta"); u.Set("title", "Countess") })
		if u.ID != was.ID || u.Get(ldapmap.Username) != "augusta" || u.Get("title") != "Countess" {
			t.Errorf("it is %+v", u)
		}
		b.expect("augusta", "ada-password", ldapmap.OK)
		if _, err := b.FindByLogin(t.Context(), "ada"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old name: %v", err)
		}
		if groups := b.groups(u); !slices.Equal(groups, []string{"admins", "staff"}) {
			t.Errorf("the groups are %q", groups)
		}
		if again, err := b.Get(t.Context(), was.Ref); err != nil || again.Get(ldapmap.Username) != "augusta" {
			t.Errorf("who remembers the old name finds %v, %v", again, err)
		}
		if _, err := b.Update(t.Context(), u, changed(u, func(u *ldapmap.User) { u.Set(ldapmap.Username, "grace") })); !fault.Is(err, fault.Conflict) {
			t.Errorf("taking somebody's name: %v", err)
		}
	})
}

func changed(u *ldapmap.User, change func(*ldapmap.User)) *ldapmap.User {
	next := u.Clone()
	change(next)
	return next
}

func TestBehaviourAMovedPersonIsTheSamePerson(t *testing.T) {
	inEachOffice(t, ldaptest.Options{}, func(t *testing.T, b *office) {
		staff := "ou=staff," + ldaptest.PeopleDN
		for _, who := range []string{"ada", "jane", "zoe"} {
			was := b.person(who)
			groups := b.groups(was)
			u, err := b.Move(t.Context(), was, staff)
			if err != nil {
				t.Fatalf("%s: %v", who, err)
			}
			if parent := parentOf(t, u.DN); u.ID != was.ID || !ldapmap.SameDN(parent, staff) {
				t.Errorf("%s is at %s", who, u.DN)
			}
			b.expect(who, who+"-password", ldapmap.OK)
			if now := b.groups(u); !slices.Equal(now, groups) {
				t.Errorf("the groups of %s were %q and are %q", who, groups, now)
			}
			if again, err := b.Get(t.Context(), was.Ref); err != nil || !ldapmap.SameDN(again.DN, u.DN) {
				t.Errorf("who remembers the old place finds %v, %v", again, err)
			}
			if again, err := b.Move(t.Context(), u, staff); err != nil || !ldapmap.SameDN(again.DN, u.DN) {
				t.Errorf("moving to where one is: %v, %v", again, err)
			}
		}
		ada := b.person("ada")
		for base, want := range map[string]fault.Code{
			ldaptest.GroupsDN: fault.Invalid, "nonsense": fault.Invalid, "ou=nowhere," + ldaptest.PeopleDN: fault.NotFound,
		} {
			if _, err := b.Move(t.Context(), ada, base); !fault.Is(err, want) {
				t.Errorf("to %s: %v", base, err)
			}
		}
	})
}

func parentOf(t *testing.T, text string) string {
	t.Helper()
	dn, err := ldapmap.ParseDN(text)
	if err != nil {
		t.Fatal(err)
	}
	return dn.Parent().String()
}
