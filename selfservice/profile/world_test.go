package profile_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// each runs a test with a gateway before every kind of directory.
func each(t *testing.T, test func(t *testing.T, g *housetest.Gateway)) {
	t.Helper()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		test(t, housetest.Start(t, housetest.Options{Directory: s}))
	})
}

// admin is a line to the directory beside the gateway's own.
func admin(t *testing.T, s *ldaptest.Server) *directory.Directory {
	t.Helper()
	d, err := directory.Open(directory.Config{URLs: []string{s.URL}, BindDN: ldaptest.AdminDN, BindPassword: ldaptest.AdminPassword})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// values are what the directory holds, in alphabetical order.
func values(t *testing.T, s *ldaptest.Server, uid, attribute string) []string {
	t.Helper()
	dn, _ := ldaptest.Person(t, uid)
	e, err := admin(t, s).Read(t.Context(), dn, attribute)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(e.Values(attribute)))
}

// set writes past the gateway, as an administrator's own tool does.
func set(t *testing.T, s *ldaptest.Server, uid, attribute string, to ...string) {
	t.Helper()
	dn, _ := ldaptest.Person(t, uid)
	if err := admin(t, s).Modify(t.Context(), dn, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: attribute, Values: to}}); err != nil {
		t.Fatal(err)
	}
}

// fieldOf returns the form's inputs for a field and what is said to be wrong with it.
func errorAt(page *housetest.Page, field string) string { return page.Text("#" + field + "-error") }

func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	m.Set(0, 0, color.Black)
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
