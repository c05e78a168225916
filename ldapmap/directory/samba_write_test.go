package directory

import (
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

func TestAccountsAreMadeInADomain(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p := sambaPeople(t, s)
	ctx := t.Context()
	draft := func(username, name, mail string) *ldapmap.User {
		u := ldapmap.NewUser(ldapmap.Ref{})
		u.Set(ldapmap.Username, username)
		u.Set(ldapmap.Name, name)
		u.Set(ldapmap.FamilyName, "Simone")
		u.Set(ldapmap.Emails, mail)
		return u
	}

	nina, err := p.Create(ctx, draft("nina", "Nina Simone", "nina@example.org"), "eight red parasols")
	if err != nil {
		t.Fatal(err)
	}
	if !ldapmap.SameDN(nina.DN, "cn=Nina Simone,"+ldaptest.PeopleDN) || nina.ID == "" || nina.Account.Disabled || nina.Account.MustChange {
		t.Errorf("the account is %+v", nina)
	}
	if got := verdict(t, p, nina, "eight red parasols"); got != ldapmap.OK {
		t.Errorf("the new person signs in with %s", got)
	}

	namesake, err := p.Create(ctx, draft("nsimone", "Nina Simone", ""), "eight red parasols")
	if err != nil || !ldapmap.SameDN(namesake.DN, "cn=Nina Simone (nsimone),"+ldaptest.PeopleDN) || namesake.Get(ldapmap.Name) != "Nina Simone" {
		t.Errorf("a namesake: %+v, %v", namesake, err)
	}

	_, err = p.Create(ctx, draft("NINA", "Other", ""), "eight red parasols")
	if f, ok := asFault(err); !ok || f.Code != fault.Conflict || f.Field != ldapmap.Username {
		t.Errorf("a user name that is taken: %v", err)
	}
	// The name is the domain's: a person outside of the configured base has it.
	_, err = p.Create(ctx, draft("administrator", "Other", ""), "eight red parasols")
	if f, ok := asFault(err); !ok || f.Code != fault.Conflict || f.Field != ldapmap.Username {
		t.Errorf("a user name that somebody elsewhere has: %v", err)
	}

	_, err = p.Create(ctx, draft("short", "Short Person", ""), "short")
	refusedFor(t, "a short password", err, "password", "too short")
	if _, err := p.FindByLogin(ctx, "short"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a refused password leaves an account behind: %v", err)
	}

	later, err := p.Create(ctx, draft("later", "Later Person", ""), "")
	if err != nil || !later.Account.Disabled {
		t.Errorf("an account without a password is on: %+v, %v", later, err)
	}

	long := strings.Repeat("Lange Name ", 5) + "von Ende"
	for _, name := range []string{"long1", "long2"} {
		if _, err := p.Create(ctx, draft(name, long, ""), "eight red parasols"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	if err := p.Delete(ctx, nina); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Get(ctx, nina.Ref); !fault.Is(err, fault.NotFound) {
		t.Errorf("who was deleted is found: %v", err)
	}
}

func TestAccountsOfADomainAreSwitchedBitByBit(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p, admin := sambaPeople(t, s), asAdmin(t, s)
	ctx := t.Context()
	ada := person(t, p, "ada")
	off := ada.Clone()
	off.Set(ldapmap.Active, "false")

	// An administrator sets another bit at the same moment: neither change is lost.
	replace(t, admin, ada.DN, "userAccountControl", "66048")
	if _, err := p.Update(ctx, ada, off); !fault.Is(err, fault.Conflict) {
		t.Errorf("a change of flags that somebody else changed meanwhile: %v", err)
	}
	ada = person(t, p, "ada")
	off = ada.Clone()
	off.Set(ldapmap.Active, "false")
	u, err := p.Update(ctx, ada, off)
	if err != nil {
		t.Fatal(err)
	}
	e, err := admin.Read(ctx, ada.DN, "userAccountControl")
	if err != nil || e.Value("userAccountControl") != "66050" || !u.Account.Disabled {
		t.Errorf("the flags are %v, %v", e, err)
	}
	if got := verdict(t, p, u, "ada-password"); got != ldapmap.Disabled {
		t.Errorf("an account that is switched off: %s", got)
	}
	on := u.Clone()
	on.Set(ldapmap.Active, "true")
	if u, err = p.Update(ctx, u, on); err != nil || verdict(t, p, u, "ada-password") != ldapmap.OK {
		t.Errorf("an account that is switched on again: %v", err)
	}
}

func TestProfilesOfADomainAreChanged(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	p := sambaPeople(t, s)
	ctx := t.Context()
	ada := person(t, p, "ada")
	photo := "\xff\xd8\xff\xe0" + strings.Repeat("\x00\xfe*(\\", 4000)
	new := ada.Clone()
	for field, value := range map[string]string{
		ldapmap.Name: "Ada, Countess of Lovelace", ldapmap.FamilyName: "Lovelace (née Byron)", ldapmap.Emails: "ada@lovelace.example", ldapmap.Mobile: "+44 1",
		ldapmap.Street: "St James's Square", ldapmap.Locality: "London", ldapmap.Language: "fr", ldapmap.Photo: photo, ldapmap.Website: "https://ada.example/",
	} {
		new.Set(field, value)
	}
	new.Set(ldapmap.Phones, "+44 20 7946 0001", "+44 2")
	u, err := p.Update(ctx, ada, new)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range new.Fields() {
		if got, want := strings.Join(u.All(f), "|"), strings.Join(new.All(f), "|"); got != want && f != "updated_at" {
			t.Errorf("%s is %q, want %q", f, got, want)
		}
	}
	empty := u.Clone()
	empty.Set(ldapmap.Photo)
	empty.Set(ldapmap.Mobile)
	if u, err = p.Update(ctx, u, empty); err != nil || u.Get(ldapmap.Photo) != "" || u.Get(ldapmap.Mobile) != "" {
		t.Errorf("emptied: %v, %v", u, err)
	}

	// With cn mapped, a name is the name of the entry.
	named := sambaPeople(t, s, func(own *ldapmap.Spec) {
		own.Users.Attributes = map[string]ldapmap.Rule{ldapmap.Name: ldapmap.Attr("cn"), ldapmap.DisplayName: ldapmap.Attr("displayName")}
	})
	zoe := person(t, named, "zoe")
	renamed := zoe.Clone()
	renamed.Set(ldapmap.Name, "Zoë, Lady Müller + Co")
	u, err = named.Update(ctx, zoe, renamed)
	if err != nil || !ldapmap.SameDN(u.DN, `cn=Zoë\, Lady Müller \+ Co,`+ldaptest.PeopleDN) || u.ID != zoe.ID {
		t.Errorf("renamed: %+v, %v", u, err)
	}
	if v := verdict(t, named, u, "zoe-password"); v != ldapmap.OK {
		t.Errorf("under the new name the sign-in is %s", v)
	}

	// What the service account may not write is refused, and said so.
	if err := p.d.Modify(ctx, ada.DN, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "employeeID", Values: []string{"7"}}}); !fault.Is(err, fault.Denied) {
		t.Errorf("an attribute without a right to it: %v", err)
	}
}
