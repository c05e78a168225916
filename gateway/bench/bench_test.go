package bench

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const (
	people   = 10_000
	regulars = 500 // of them have been here before
)

// BenchmarkGateway measures the gateway. It is one benchmark, so that all parts are of one directory that fills as it goes.
func BenchmarkGateway(b *testing.B) {
	w := newWorld(b, people)
	t := line(64)
	w.welcome(b, regulars)
	b.Run("SignIn", func(b *testing.B) {
		each(b, func(b *testing.B, atOnce int) {
			w.measure(b, atOnce, func(_, i int) error {
				_, err := newBrowser(w.url, t).whole(login(i % regulars))
				return err
			})
		})
	})
	b.Run("FirstSignIn", func(b *testing.B) {
		each(b, func(b *testing.B, atOnce int) {
			first := w.next
			if w.next += b.N; w.next > people {
				b.Skip("everybody has been here")
			}
			w.measure(b, atOnce, func(_, i int) error {
				_, err := newBrowser(w.url, t).whole(login(first + i))
				return err
			})
		})
	})
	b.Run("Code", func(b *testing.B) {
		each(b, func(b *testing.B, atOnce int) { w.codes(b, atOnce) })
	})
	b.Run("Refresh", func(b *testing.B) {
		each(b, func(b *testing.B, atOnce int) {
			c, have := newBrowser(w.url, t), w.signedIn(b, atOnce)
			w.measure(b, atOnce, func(worker, _ int) error {
				got, err := c.refresh(have[worker].Refresh)
				have[worker] = got
				return err
			})
		})
	})
	b.Run("UserInfo", func(b *testing.B) {
		each(b, func(b *testing.B, atOnce int) {
			c, have := newBrowser(w.url, t), w.signedIn(b, atOnce)
			w.measure(b, atOnce, func(worker, _ int) error { return c.userinfo(have[worker].Access, login(worker)) })
		})
	})
}

// welcome signs the first n people in once, so that they have a record and have agreed.
func (w *world) welcome(b testing.TB, n int) {
	b.Helper()
	t := line(8)
	for i := range n {
		if _, err := newBrowser(w.url, t).whole(login(i)); err != nil {
			b.Fatalf("%s: %v", login(i), err)
		}
	}
	w.next = n
}

// signedIn signs the first n people in.
func (w *world) signedIn(b testing.TB, n int) []tokens {
	b.Helper()
	have, t := make([]tokens, n), line(1)
	for i := range have {
		var err error
		if have[i], err = newBrowser(w.url, t).whole(login(i)); err != nil {
			b.Fatal(err)
		}
	}
	return have
}

// codes exchanges codes. They live for a minute only, so they are made just before, by browsers that are signed in.
func (w *world) codes(b *testing.B, atOnce int) {
	t := line(64)
	browsers := make([]*browser, 32)
	for i := range browsers {
		browsers[i] = newBrowser(w.url, t)
		if _, err := browsers[i].signIn(login(i)); err != nil {
			b.Fatal(err)
		}
	}
	codes := make([]string, b.N)
	for i := range codes {
		var err error
		if codes[i], err = codeOf(browsers[i%len(browsers)].authorize()); err != nil {
			b.Fatal(err)
		}
	}
	app := newBrowser(w.url, t)
	w.measure(b, atOnce, func(_, i int) error {
		_, err := app.exchange(codes[i])
		return err
	})
}

// BenchmarkMachine measures the limits that nothing on this machine can pass.
func BenchmarkMachine(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256([]byte("an ID token"))
	b.Run("Signature", func(b *testing.B) {
		each(b, func(b *testing.B, atOnce int) {
			run(b, atOnce, func(int, int) error {
				_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
				return err
			})
		})
	})

	s := durable(b, ldaptest.Options{More: crowd(people)})
	d, err := directory.Open(directory.Config{
		URLs: []string{s.URL}, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword, PoolSize: 32, BindSize: 32,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = d.Close() })
	dn := func(i int) string { return "uid=" + login(i%people) + "," + ldaptest.PeopleDN }
	for name, act := range map[string]func(i int) error{
		"Search": func(i int) error { _, err := d.Read(b.Context(), dn(i), "cn"); return err },
		"Bind": func(i int) error {
			answer, err := d.Bind(b.Context(), dn(i), password)
			if err == nil && !answer.OK() {
				err = fmt.Errorf("refused: %w", answer.Result)
			}
			return err
		},
		"Modify": func(i int) error {
			return d.Modify(b.Context(), dn(i), []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "description", Values: []string{fmt.Sprint(i)}}})
		},
	} {
		b.Run(name, func(b *testing.B) {
			each(b, func(b *testing.B, atOnce int) {
				run(b, atOnce, func(_, i int) error { return act(i) })
			})
		})
	}
}
