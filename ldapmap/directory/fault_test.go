package directory_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

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
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
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
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
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
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
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

func TestAWrongServiceAccountIsNamed(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
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
