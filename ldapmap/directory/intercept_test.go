package directory_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// refusing makes a server answer a code to operations of a kind.
func refusing(m *memdir.Server, kind memdir.Kind, code memdir.Code) {
	m.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.Kind == kind {
			return memdir.Verdict{Result: &memdir.Result{Code: code}}
		}
		return memdir.Verdict{}
	})
}

func TestABusyServerCostsAReadAnotherTryAndAWriteNone(t *testing.T) {
	t.Parallel()
	for _, code := range []memdir.Code{memdir.Busy, memdir.Unavailable} {
		first, m := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
		second := ldaptest.Memdir(t, ldaptest.Options{})
		d := connect(t, service(first.URL, second.URL))
		refusing(m, memdir.KindSearch, code)
		read(t, d.Directory, ldaptest.StateBase)
		if a, b := first.Counts().Search, second.Counts().Search; a < 1 || b < 1 {
			t.Errorf("%d: %d and %d searches arrived", code, a, b)
		}
		heal := func() {
			m.Intercept(nil)
			eventually(t, "the first is well again", func() bool { d.later(time.Minute); _ = d.Health(t.Context()); return d.Servers()[0].Up })
		}
		heal()
		refusing(m, memdir.KindAdd, code)
		dn, attrs := record(1)
		wantCode(t, d.Add(t.Context(), dn, attrs), fault.Unavailable)
		if a, b := first.Counts().Add, second.Counts().Add; a != 1 || b != 0 {
			t.Errorf("%d: the refused write arrived %d and %d times", code, a, b)
		}
		heal()
		refusing(m, memdir.KindBind, code)
		ada, password := ldaptest.Person(t, "ada")
		_, err := d.Bind(t.Context(), ada, password)
		wantCode(t, err, fault.Unavailable)
	}
}

func TestAWriteThatWasDoneButNotConfirmedIsCalledUncertain(t *testing.T) {
	t.Parallel()
	s, m := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
	d := connect(t, service(s.URL))
	ada, password := ldaptest.Person(t, "ada")
	read(t, d.Directory, ldaptest.StateBase)
	m.Intercept(func(op memdir.Op) memdir.Verdict {
		return memdir.Verdict{DropAfter: op.Kind == memdir.KindModify || op.Kind == memdir.KindExtended || op.Kind == memdir.KindModDN}
	})
	mods := []ldapmap.Mod{{Op: ldapmap.ModReplace, Name: "description", Values: []string{"x"}}}
	_, renamed := d.Rename(t.Context(), "cn=staff,"+ldaptest.GroupsDN, "cn=all", true, "")
	for name, err := range map[string]error{
		"modify":          d.Modify(t.Context(), ldaptest.StateBase, mods),
		"as a person":     d.ModifyAs(t.Context(), directory.Credentials{DN: ada, Password: password}, ada, mods),
		"password modify": d.PasswordModify(t.Context(), nil, ada, "", "a-new-password"),
		"rename":          renamed,
	} {
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, directory.ErrUnknownOutcome) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c := s.Counts(); c.Modify != 2 || c.Extended != 1 || c.Rename != 1 {
		t.Errorf("something arrived twice: %+v", c)
	}
}

func TestASearchThatBreaksAfterItsFirstPageIsNotBegunAnew(t *testing.T) {
	t.Parallel()
	s, m := ldaptest.MemdirWith(t, ldaptest.Options{More: ldaptest.People(30)}, nil)
	d := connect(t, service(s.URL))
	m.Intercept(func(op memdir.Op) memdir.Verdict {
		return memdir.Verdict{DropBefore: op.Kind == memdir.KindSearch && op.DN == ldaptest.PeopleDN && op.N == 2}
	})
	seen := map[string]int{}
	err := d.Search(t.Context(), directory.Search{Base: ldaptest.PeopleDN, PageSize: 10}, func(e *ldapmap.Entry) bool { seen[e.DN]++; return true })
	wantCode(t, err, fault.Unavailable)
	for dn, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", dn, n)
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d entries came", len(seen))
	}
}

func TestRecordsAreNeverReadElsewhereBecauseTheirServerIsSlow(t *testing.T) {
	t.Parallel()
	first, m := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
	second := ldaptest.Memdir(t, ldaptest.Options{})
	cfg := service(first.URL, second.URL)
	cfg.Timeout = 100 * time.Millisecond
	w := connect(t, cfg).Writer()
	read(t, w, ldaptest.StateBase)
	slow := make(chan struct{})
	defer close(slow)
	m.Intercept(func(op memdir.Op) memdir.Verdict {
		if op.DN == ldaptest.StateBase {
			return memdir.Verdict{Wait: slow}
		}
		return memdir.Verdict{}
	})
	_, err := w.Read(t.Context(), ldaptest.StateBase)
	wantCode(t, err, fault.Unavailable)
	if n := second.Counts().Search; n != 0 {
		t.Errorf("another server was asked %d times", n)
	}
}

func TestOfManyWhoRemoveOneValueOneSucceeds(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		w := connect(t, service(s.URL)).Writer()
		dn, attrs := record(1)
		if err := w.Add(t.Context(), dn, attrs); err != nil {
			t.Fatal(err)
		}
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				err := w.Modify(t.Context(), dn, []ldapmap.Mod{{Op: ldapmap.ModDelete, Name: "description", Values: []string{"one"}}})
				switch {
				case err == nil:
					won.Add(1)
				case !fault.Is(err, fault.Conflict):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d succeeded", won.Load())
		}
	})
}

func TestALineThatHangsInTheHandshakeIsLeftInTime(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	for _, url := range []string{s.URL, s.TLSURL} {
		p := ldaptest.NewProxy(t, url)
		p.Hang()
		cfg := service(p.URL())
		cfg.StartTLS = url == s.URL
		if !cfg.StartTLS {
			cfg.URLs = []string{p.TLSURL()}
		}
		cfg.CAFile = s.CAFile
		d := connect(t, cfg)
		ctx, cancel := soon(t)
		_, err := d.Read(ctx, ldaptest.StateBase)
		cancel()
		if !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		cfg.DialTimeout = 100 * time.Millisecond
		_, err = connect(t, cfg).Read(t.Context(), ldaptest.StateBase)
		wantCode(t, err, fault.Unavailable)
		mustContain(t, err, "no connection within 100ms")
	}
}

func TestBindsWaitForTheirTurnNoLongerThanTold(t *testing.T) {
	t.Parallel()
	s, m := ldaptest.MemdirWith(t, ldaptest.Options{}, nil)
	cfg := service(s.URL)
	cfg.BindSize = 1
	d := connect(t, cfg)
	ada, password := ldaptest.Person(t, "ada")
	slow, arrived := make(chan struct{}), make(chan struct{}, 1)
	m.Intercept(func(op memdir.Op) memdir.Verdict {
		arrived <- struct{}{}
		return memdir.Verdict{Wait: slow}
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if a, err := d.Bind(t.Context(), ada, password); err != nil || !a.OK() {
			t.Errorf("%+v %v", a, err)
		}
	})
	<-arrived
	ctx, cancel := soon(t)
	defer cancel()
	_, err := d.Bind(ctx, ada, password)
	wantCode(t, err, fault.Unavailable)
	mustContain(t, err, "all 1 connections for people are busy")
	close(slow)
	wg.Wait()
}

func TestTheLogTellsOfServersAndNotOfSecrets(t *testing.T) {
	t.Parallel()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	p := ldaptest.NewProxy(t, s.URL)
	var log lockedBuffer
	cfg := service(p.URL())
	cfg.InsecureSkipVerify = true
	d, err := directory.Open(cfg, directory.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	p.Refuse()
	_ = d.Health(t.Context())
	p.Pass(t)
	if err := d.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	ada, password := ldaptest.Person(t, "ada")
	_, _ = d.Bind(t.Context(), ada, password)
	text := errors.New(log.String())
	mustContain(t, text, "is down", "is well", "not verified", p.URL())
	mustNotContain(t, text, ldaptest.ServicePassword)
	mustNotContain(t, text, password)
}

// lockedBuffer takes a log from several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
