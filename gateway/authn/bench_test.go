package authn_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// BenchmarkRefusal measures, without the floor, what is left to be seen of whether there is an account: for reading, not for passing.
func BenchmarkRefusal(b *testing.B) {
	s := ldaptest.Slapd(b, ldaptest.Options{NoPolicy: true})
	d, err := directory.Open(directory.Config{URLs: []string{s.URL}, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	spec, err := ldapmap.Preset("openldap")
	if err != nil {
		b.Fatal(err)
	}
	spec.Users.Base, spec.Groups.Base = ldapmap.Strings{ldaptest.PeopleDN}, ldapmap.Strings{ldaptest.GroupsDN}
	mapping, problems := ldapmap.Compile(spec)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	a, err := authn.New(authn.Options{
		People: directory.NewPeople(d, mapping), Floor: -1,
		Accounts: authn.Pace{Free: 1 << 40}, Addresses: authn.Pace{Free: 1 << 40},
		Decoy: func(ctx context.Context, _ string) error {
			_, err := d.Bind(ctx, ldaptest.ServiceDN, ldaptest.ServicePassword)
			return err
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	for name, login := range map[string]string{"wrong password": "grace", "no such account": "nobody"} {
		b.Run(name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if _, err := a.SignIn(b.Context(), login, fmt.Sprint("wrong ", i), from("192.0.2.1")); !errors.Is(err, authn.ErrRefused) {
					b.Fatal(err)
				}
			}
		})
	}
}
