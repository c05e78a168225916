package directory_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// soon is a context that ends soon, for calls that nothing else would end.
func soon(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 100*time.Millisecond)
}

func TestADroppedConnectionCostsAReadOneMoreTry(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) {
		p := ldaptest.NewProxy(t, s.URL)
		d := connect(t, service(p.URL()))
		read(t, d.Directory, ldaptest.StateBase)
		before := s.Counts()
		p.CutAfter(3)
		read(t, d.Directory, ldaptest.StateBase)
		if c := s.Counts().Minus(before); c.Search < 2 {
			t.Errorf("the search was cut, and yet there was no second: %+v", c)
		}
		if n := d.count(directory.OpSearch, ""); n != 3 {
			t.Errorf("two reads, one of them cut, were %d searches", n)
		}
	})
}

func TestAWriteIsNeverSentTwice(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) {
		p := ldaptest.NewProxy(t, s.URL)
		d := connect(t, service(p.URL(), s.URL)) // there would be another way
		dn, attrs := record(1)
		read(t, d.Directory, ldaptest.StateBase)
		p.CutAfter(0)
		err := d.Add(t.Context(), dn, attrs)
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, directory.ErrUnknownOutcome) {
			t.Fatalf("an unconfirmed write: %v", err)
		}
		if _, ok := fault.WordsOf(err); !ok {
			t.Error("there are no words for the person")
		}
		if c := s.Counts(); c.Add != 1 {
			t.Errorf("the write arrived %d times", c.Add)
		}
		read(t, d.Directory, dn) // it was done indeed: that is why nobody may claim that it failed
	})
}

func TestConnectionsThatDiedInThePoolCostNobodyAnything(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) {
		p := ldaptest.NewProxy(t, s.URL)
		d := connect(t, service(p.URL()))
		read(t, d.Directory, ldaptest.StateBase)
		p.Drop()
		eventually(t, "the line is down", func() bool { return p.Open() == 0 })
		dn, attrs := record(1)
		// Not even a write notices, if the death of the connection was seen before anything was sent.
		eventually(t, "the write is done", func() bool {
			err := d.Add(t.Context(), dn, attrs)
			if errors.Is(err, directory.ErrUnknownOutcome) {
				return false
			}
			return err == nil || fault.Is(err, fault.Conflict)
		})
	})
}

func TestAServerThatHangsIsLeftWhenTheCallerSaysSo(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, s.URL)
	d := connect(t, service(p.URL()))
	read(t, d.Directory, ldaptest.StateBase)
	ada, password := ldaptest.Person(t, "ada")
	p.Hang()
	for name, call := range map[string]func(context.Context) error{
		"read":   func(ctx context.Context) error { _, err := d.Read(ctx, ldaptest.StateBase); return err },
		"bind":   func(ctx context.Context) error { _, err := d.Bind(ctx, ada, password); return err },
		"health": d.Health,
		"write":  func(ctx context.Context) error { return d.Delete(ctx, "cn=x,"+ldaptest.StateBase) },
	} {
		ctx, cancel := soon(t)
		err := call(ctx)
		cancel()
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Pass(t)
	eventually(t, "the server is used again", func() bool {
		d.later(time.Minute)
		_, err := d.Read(t.Context(), ldaptest.StateBase)
		return err == nil
	})
}

func TestAServerThatHangsIsLeftAfterTheConfiguredTime(t *testing.T) {
	t.Parallel()
	first, second := ldaptest.Memdir(t, ldaptest.Options{}), ldaptest.Memdir(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, first.URL)
	cfg := service(p.URL(), second.URL)
	cfg.Timeout, cfg.DialTimeout = 100*time.Millisecond, 100*time.Millisecond
	d := connect(t, cfg)
	read(t, d.Directory, ldaptest.StateBase)
	p.Hang()
	read(t, d.Directory, ldaptest.StateBase) // from the second, after the first had its chance
	if d.last(directory.OpSearch) != second.URL {
		t.Error("the second server was not asked")
	}
	eventually(t, "the probe found the first one hanging", func() bool { return d.Servers()[0].Error != "" && !d.Servers()[0].Up })
	n := d.count(directory.OpSearch, p.URL())
	read(t, d.Directory, ldaptest.StateBase)
	if d.count(directory.OpSearch, p.URL()) != n {
		t.Error("the hanging server was asked again")
	}
}

func TestTheSecondServerTakesOverAndTheFirstComesBack(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, first *ldaptest.Server) {
		second := ldaptest.Memdir(t, ldaptest.Options{})
		p := ldaptest.NewProxy(t, first.URL)
		d := connect(t, service(p.URL(), second.URL))
		ada, password := ldaptest.Person(t, "ada")
		use := func() (string, string) {
			t.Helper()
			read(t, d.Directory, ldaptest.StateBase)
			a, err := d.Bind(t.Context(), ada, password)
			if err != nil || !a.OK() {
				t.Fatalf("%+v %v", a, err)
			}
			return d.last(directory.OpSearch), a.Server
		}
		if r, b := use(); r != p.URL() || b != p.URL() {
			t.Fatalf("in good times %s and %s serve", r, b)
		}
		p.Refuse()
		eventually(t, "the second serves", func() bool { r, b := use(); return r == second.URL && b == second.URL })
		// Writes go there as well: nothing was sent to the first.
		dn, attrs := record(1)
		if err := d.Add(t.Context(), dn, attrs); err != nil {
			t.Fatal(err)
		}
		if st := d.Servers(); st[0].Up || st[0].Error == "" || !st[1].Up {
			t.Errorf("status: %+v", st)
		}
		n := d.count(directory.OpConnect, p.URL())
		use()
		if d.count(directory.OpConnect, p.URL()) != n {
			t.Error("the dead server was tried again before its time")
		}
		p.Pass(t)
		eventually(t, "the first serves again", func() bool { d.later(5 * time.Second); r, b := use(); return r == p.URL() && b == p.URL() })
	})
}

func TestRecordsStayOnOneServer(t *testing.T) {
	t.Parallel()
	first, second := ldaptest.Mirror(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, first.URL)
	d := connect(t, service(p.URL(), second.URL))
	w := d.Writer()
	at := func() string { t.Helper(); read(t, w, ldaptest.StateBase); return d.last(directory.OpSearch) }
	if at() != p.URL() {
		t.Fatal("records are not on the first server")
	}
	p.CutAfter(0)
	if at() != p.URL() {
		t.Error("one broken connection moved the records")
	}
	p.Refuse()
	eventually(t, "records go to the second", func() bool { return at() == second.URL })
	dn, attrs := record(1)
	if err := w.Add(t.Context(), dn, attrs); err != nil {
		t.Fatal(err)
	}
	p.Pass(t)
	eventually(t, "the first is well", func() bool {
		d.later(5 * time.Second)
		read(t, d.Directory, ldaptest.StateBase)
		return d.Servers()[0].Up
	})
	if at() != second.URL {
		t.Error("records went back before replication had its time")
	}
	d.later(10 * time.Second)
	if at() != p.URL() {
		t.Error("records did not go back")
	}
	eventually(t, "the record has been replicated", func() bool { _, err := w.Read(t.Context(), dn); return err == nil })
	if st := d.Servers(); !st[0].Pinned || st[1].Pinned {
		t.Errorf("status: %+v", st)
	}
}

func TestNoServerIsAClearErrorAndHealsByItself(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, s.URL)
	p.Refuse()
	d := connect(t, service(p.URL())) // it opens without a server
	_, err := d.Read(t.Context(), ldaptest.StateBase)
	wantCode(t, err, fault.Unavailable)
	wantCode(t, d.Health(t.Context()), fault.Unavailable)
	p.Pass(t)
	read(t, d.Directory, ldaptest.StateBase)
	if err := d.Health(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestAWrongServiceAccountIsNamed(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) {
		cfg := service(s.URL)
		cfg.BindPassword = "not-this-secret"
		d := connect(t, cfg)
		err := d.Health(t.Context())
		wantCode(t, err, fault.Unavailable)
		mustContain(t, err, "service account", ldaptest.ServiceDN, "invalidCredentials")
		mustNotContain(t, err, cfg.BindPassword)
	})
}

func TestOldAndIdleConnectionsAreLookedAtBeforeUse(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	d := connect(t, service(s.URL))
	read(t, d.Directory, ldaptest.StateBase)
	d.later(31 * time.Second)
	read(t, d.Directory, ldaptest.StateBase)
	if v, c := d.count(directory.OpValidate, ""), d.count(directory.OpConnect, ""); v != 1 || c != 1 {
		t.Errorf("after half a minute: %d validations, %d connections", v, c)
	}
	read(t, d.Directory, ldaptest.StateBase)
	if v := d.count(directory.OpValidate, ""); v != 1 {
		t.Error("a connection in use is validated")
	}
	d.later(31 * time.Minute)
	read(t, d.Directory, ldaptest.StateBase)
	if c := d.count(directory.OpConnect, ""); c != 2 {
		t.Errorf("after half an hour there were %d connections", c)
	}
}

func TestNothingStaysBehindAfterClose(t *testing.T) {
	s := ldaptest.Slapd(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, s.URL)
	cfg := service(p.URL(), s.URL)
	cfg.Timeout, cfg.DialTimeout = 200*time.Millisecond, 200*time.Millisecond
	d, err := directory.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ada, password := ldaptest.Person(t, "ada")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				_, _ = d.Read(t.Context(), ldaptest.StateBase)
				_, _ = d.Bind(t.Context(), ada, password)
				if i == 3 {
					p.Drop()
				}
			}
		})
	}
	wg.Wait()
	p.Hang()
	ctx, cancel := soon(t)
	defer cancel()
	_, _ = d.Read(ctx, ldaptest.StateBase) // leaves a probe behind that hangs
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	p.Pass(t)
	eventually(t, "no connection is left", func() bool { return p.Open() == 0 })
	eventually(t, "no goroutine is left", func() bool { return len(leftovers()) == 0 })
	_, err = d.Read(t.Context(), ldaptest.StateBase)
	wantCode(t, err, fault.Unavailable)
	_, err = d.Bind(t.Context(), ada, password)
	wantCode(t, err, fault.Unavailable)
}

// answers is a server that says the same to everybody.
func answers(t *testing.T, data []byte) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				buf := make([]byte, 1024)
				if _, err := c.Read(buf); err == nil {
					_, _ = c.Write(data)
					_ = c.(*net.TCPConn).CloseWrite()
					_, _ = c.Read(buf)
				}
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return "ldap://" + l.Addr().String()
}

func TestNonsenseFromAServerIsAnError(t *testing.T) {
	t.Parallel()
	endless := append([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01, 0x04, 0x84, 0x7f, 0xff, 0xff, 0xf0}, make([]byte, 200_000)...)
	deep := make([]byte, 4000)
	for i := range deep {
		deep[i] = 0x30
		if i%2 == 1 {
			deep[i] = 0x80
		}
	}
	for name, data := range map[string][]byte{
		"nothing":             {},
		"a web page":          []byte("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
		"an empty message":    {0x30, 0x00},
		"no operation":        {0x30, 0x03, 0x02, 0x01, 0x01},
		"an empty result":     {0x30, 0x05, 0x02, 0x01, 0x01, 0x65, 0x00},
		"an entry in pieces":  {0x30, 0x09, 0x02, 0x01, 0x01, 0x64, 0x04, 0x04, 0x00, 0x30, 0x00},
		"a code out of range": {0x30, 0x10, 0x02, 0x01, 0x01, 0x65, 0x0b, 0x0a, 0x05, 0x01, 0, 0, 0, 0, 0x04, 0x00, 0x04, 0x00},
		"a bomb of depth":     deep,
		"an endless answer":   endless,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := connect(t, directory.Config{URLs: []string{answers(t, data)}, MaxAnswer: 100_000, Timeout: time.Second})
			_, err := d.Read(t.Context(), ldaptest.StateBase)
			wantCode(t, err, fault.Unavailable)
			err = d.Modify(t.Context(), ldaptest.StateBase, []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "ou", Values: []string{"x"}}})
			wantCode(t, err, fault.Unavailable)
			_, err = d.Bind(t.Context(), "cn=x", "secret-word")
			wantCode(t, err, fault.Unavailable)
			mustNotContain(t, err, "secret-word")
		})
	}
}

func TestAnAnswerBeyondTheBoundIsRefused(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{More: ldaptest.People(500)})
	cfg := service(s.URL)
	cfg.MaxAnswer = 10_000
	d := connect(t, cfg)
	_, err := d.Find(t.Context(), directory.Search{Base: ldaptest.PeopleDN})
	wantCode(t, err, fault.Unavailable)
	mustContain(t, err, "too large")
	read(t, d.Directory, ldaptest.StateBase)

	cfg.MaxAnswer, cfg.MaxValues = 0, 5
	d = connect(t, cfg)
	ada, _ := ldaptest.Person(t, "ada")
	_, err = d.Read(t.Context(), ada)
	wantCode(t, err, fault.Internal)
	mustContain(t, err, "more than 5 values")
}
