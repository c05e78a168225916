package memdir_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// crowd is an LDIF of n people below the seed.
func crowd(n int) string {
	var b strings.Builder
	b.WriteString(seed)
	for i := range n {
		fmt.Fprintf(&b, "\ndn: uid=p%[1]d,%[2]s\nobjectClass: inetOrgPerson\nuid: p%[1]d\ncn: Person %[1]d\nsn: Number %[1]d\nmail: p%[1]d@example.org\n", i, people)
	}
	return b.String()
}

func benchServer(b *testing.B, n int) *memdir.Server {
	b.Helper()
	s, err := memdir.New(memdir.Options{RootPassword: "admin-secret"})
	if err != nil {
		b.Fatal(err)
	}
	if err := s.LoadLDIF(strings.NewReader(crowd(n))); err != nil {
		b.Fatal(err)
	}
	if err := s.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
}

// pool runs do on 16 connections.
func pool(b *testing.B, s *memdir.Server, do func(c *ldap.Conn, i int) error) {
	b.Helper()
	var wg sync.WaitGroup
	jobs := make(chan int)
	for range 16 {
		c, err := ldap.DialURL(s.URL())
		if err != nil {
			b.Fatal(err)
		}
		defer c.Close()
		if err := c.Bind(admin, "admin-secret"); err != nil {
			b.Fatal(err)
		}
		wg.Go(func() {
			for i := range jobs {
				if err := do(c, i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for i := range b.N {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
}

func BenchmarkSearchByUID(b *testing.B) {
	pool(b, benchServer(b, 20_000), func(c *ldap.Conn, i int) error {
		res, err := c.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, fmt.Sprintf("(&(objectClass=inetOrgPerson)(uid=p%d))", i%20_000), nil, nil))
		if err == nil && len(res.Entries) != 1 {
			return fmt.Errorf("%d entries", len(res.Entries))
		}
		return err
	})
}

func BenchmarkModify(b *testing.B) {
	pool(b, benchServer(b, 20_000), func(c *ldap.Conn, i int) error {
		r := ldap.NewModifyRequest(fmt.Sprintf("uid=p%d,%s", i%20_000, people), nil)
		r.Replace("description", []string{fmt.Sprint(i)})
		return c.Modify(r)
	})
}

func BenchmarkLoad20000(b *testing.B) {
	text := crowd(20_000)
	for b.Loop() {
		s, err := memdir.New(memdir.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.LoadLDIF(strings.NewReader(text)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScan20000(b *testing.B) {
	s := benchServer(b, 20_000)
	c, err := ldap.DialURL(s.URL())
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	for b.Loop() {
		if _, err := c.Search(ldap.NewSearchRequest(suffix, 2, 0, 0, 0, false, "(cn=*son 19999*)", nil, nil)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := memdir.New(memdir.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
