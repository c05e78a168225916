package join_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const fresh = "seven green umbrellas"

// each runs a test with a gateway before every kind of directory.
func each(t *testing.T, o housetest.Options, test func(t *testing.T, g *housetest.Gateway)) {
	t.Helper()
	ldaptest.EachQuickWith(t, o.Seed, func(t *testing.T, s *ldaptest.Server) {
		o := o
		o.Directory = s
		test(t, housetest.Start(t, o))
	})
}

// invite fills the form in as somebody and returns the page that follows.
func invite(t *testing.T, g *housetest.Gateway, who string, values ...string) *housetest.Page {
	t.Helper()
	return g.SignIn(t, who).Get("/invite").Submit("main form.sheet", values...)
}

// link makes an invitation as a link.
func link(t *testing.T, g *housetest.Gateway, values ...string) string {
	t.Helper()
	page := invite(t, g, "andre", append([]string{"way", "link"}, values...)...)
	l := page.Find("#link").AttrOr("value", "")
	if page.Status != 200 || !strings.HasPrefix(l, g.URL+"/join?t=") {
		t.Fatalf("status %d, link %q: %s", page.Status, l, page.Text("main"))
	}
	return l
}

// find returns the entry with a user name, or nil.
func find(t *testing.T, g *housetest.Gateway, uid string) *ldapmap.Entry {
	t.Helper()
	found, err := admin(t, g).Find(t.Context(), directory.Search{
		Base: ldaptest.PeopleDN, Scope: directory.Subtree, Filter: ldapmap.Equal{Attribute: "uid", Value: uid}, Attributes: []string{"*", "memberOf"}, Limit: 2,
	})
	if err != nil || len(found) > 1 {
		t.Fatal(len(found), err)
	}
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

func has(e *ldapmap.Entry, attribute string, values ...string) bool {
	return e != nil && slices.Equal(slices.Sorted(slices.Values(e.Values(attribute))), values)
}

func errorAt(page *housetest.Page, field string) string { return page.Text("#" + field + "-error") }

// admin is a line to the directory beside the gateway's own.
func admin(t *testing.T, g *housetest.Gateway) *directory.Directory {
	t.Helper()
	d, err := directory.Open(directory.Config{URLs: []string{g.Directory.URL}, BindDN: ldaptest.AdminDN, BindPassword: ldaptest.AdminPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// own makes somebody the owner of a group.
func own(t *testing.T, g *housetest.Gateway, group, uid string) {
	t.Helper()
	dn, _ := ldaptest.Person(t, uid)
	err := admin(t, g).Modify(t.Context(), "cn="+group+","+ldaptest.GroupsDN, []ldapmap.Mod{{Op: ldapmap.ModAdd, Name: "owner", Values: []string{dn}}})
	if err != nil {
		t.Fatal(err)
	}
}
