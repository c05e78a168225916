package directory_test

import (
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// BenchmarkOperations measures the transport against slapd: a base-scope read, a search by uid, and a person's bind with its own connection.
func BenchmarkOperations(b *testing.B) {
	s := ldaptest.Slapd(b, ldaptest.Options{More: ldaptest.People(10_000)})
	for _, secure := range []string{"plain", "tls"} {
		cfg := service(s.URL)
		if secure == "tls" {
			cfg.URLs, cfg.CAFile = []string{s.TLSURL}, s.CAFile
		}
		d, err := directory.Open(cfg)
		if err != nil {
			b.Fatal(err)
		}
		defer d.Close()
		ada, password := ldaptest.Person(b, "ada")
		for name, call := range map[string]func() error{
			"read": func() error { _, err := d.Read(b.Context(), ada, "cn"); return err },
			"search": func() error {
				_, err := d.Find(b.Context(), directory.Search{Base: ldaptest.PeopleDN, Filter: ldapmap.Equal{Attribute: "uid", Value: "p05000"}, Limit: 2})
				return err
			},
			"bind": func() error { _, err := d.Bind(b.Context(), ada, password); return err },
		} {
			b.Run(secure+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := call(); err != nil {
							b.Error(err)
						}
					}
				})
			})
		}
	}
}
