package profile_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// own is a configuration with fields that only this directory has, in attributes that every inetOrgPerson may have.
const own = `directory:
  urls: ["${DIRECTORY}"]
  bind_dn: cn=wicketgate,ou=services,dc=example,dc=org
  bind_password: service-password
  preset: openldap
  users:
    base: ou=people,dc=example,dc=org
    attributes:
      colour: {attribute: carLicense, label: {en: Favourite colour, fr: Couleur préférée}, widget: select, choices: [red, green]}
      shifts: {attribute: businessCategory, many: true, label: {en: Shifts}, widget: choices, choices: [mon, tue, wed]}
      room: {attribute: roomNumber, type: number, label: {en: Room}}
  groups: {base: "ou=groups,dc=example,dc=org"}
policy:
  - {name: everybody, can: [edit_self], read: ["*"], write: [colour, shifts, room, mobile]}
`

func TestFieldsOfOnesOwnAreAskedWithTheirWidgets(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		g := housetest.Start(t, housetest.Options{Directory: s, Config: own})
		set(t, s, "andre", "carLicense", "mauve") // from before the choices were written down
		b := g.SignIn(t, "andre")
		page := b.Get("/profile")
		if !page.Says("Couleur préférée") || !page.Has(`select[name="colour"] option[value="mauve"][selected]`) || page.Find(`[name="shifts"]`).Length() != 3 {
			t.Errorf("the form asks otherwise: %s", page.Text("main"))
		}
		page = page.Submit("main form.sheet", "shifts", "mon", "shifts", "wed", "room", "12")
		if page.Status != 200 {
			t.Fatalf("status %d: %s", page.Status, page.Text(".summary"))
		}
		for attribute, want := range map[string][]string{"carLicense": {"mauve"}, "businessCategory": {"mon", "wed"}, "roomNumber": {"12"}} {
			if got := values(t, s, "andre", attribute); !slices.Equal(got, want) {
				t.Errorf("%s is %q", attribute, got)
			}
		}
		// Boxes that are not ticked send nothing; the form says that they were there.
		if page = b.Post("/profile", append(housetest.Hidden(page, "main form.sheet"), "colour", "", "room", "")...); page.Status != 200 {
			t.Fatalf("status %d: %s", page.Status, page.Text(".summary"))
		}
		for _, attribute := range []string{"carLicense", "businessCategory", "roomNumber"} {
			if got := values(t, s, "andre", attribute); len(got) != 0 {
				t.Errorf("%s is %q", attribute, got)
			}
		}
		for field, value := range map[string]string{"colour": "black", "shifts": "sun", "room": "upstairs"} {
			page := b.Get("/profile").Submit("main form.sheet", field, value)
			if page.Status != http.StatusUnprocessableEntity || errorAt(page, field) == "" {
				t.Errorf("%s=%s: status %d", field, value, page.Status)
			}
		}
	})
}

func TestAFormThatLeavesFieldsOutDoesNotEmptyThem(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{Config: own})
	b := g.SignIn(t, "ada")
	if page := b.Post("/profile", "colour", "red"); page.Status != 200 {
		t.Fatalf("status %d: %s", page.Status, page.Text("main"))
	}
	if got := strings.Join(values(t, g.Directory, "ada", "mobile"), ""); got != "+44 7700 900001" {
		t.Errorf("the telephone is %q", got)
	}
	if got := values(t, g.Directory, "ada", "carLicense"); !slices.Equal(got, []string{"red"}) {
		t.Errorf("the colour is %q", got)
	}
}
