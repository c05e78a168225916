package ldapstate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

const base = "ou=wicketgate,dc=example,dc=org"

func connect(t *testing.T, s *ldaptest.Server) *directory.Directory {
	t.Helper()
	d, err := directory.Open(directory.Config{
		URLs: []string{s.URL}, StartTLS: !s.Has(ldaptest.PlainBinds), CAFile: s.CAFile,
		BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func open(t *testing.T, s *ldaptest.Server, cfg ldapstate.Config) *ldapstate.Store {
	t.Helper()
	if cfg.Base == "" {
		cfg.Base = base
	}
	store := ldapstate.New(connect(t, s).Writer(), cfg)
	if err := store.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

func TestRecordsInADirectory(t *testing.T) {
	t.Parallel()
	ldaptest.Each(t, func(t *testing.T, s *ldaptest.Server) {
		run := statetest.Run
		if !s.Has(ldaptest.FoldedValues) {
			run = statetest.RunExact
		}
		run(t, func(t *testing.T) state.Store { return open(t, s, ldapstate.Config{PageSize: 7}) })
		// They are of the class that the server allows, which nobody configured.
		p := state.Path{Kind: state.People, ID: "looked-at"}
		if err := open(t, s, ldapstate.Config{}).Create(t.Context(), state.Record{Path: p, Values: []string{"x"}}); err != nil {
			t.Fatal(err)
		}
		e, err := connect(t, s).Read(t.Context(), "cn=looked-at,ou=people,"+base, "objectClass")
		if err != nil || !slices.Contains(e.Values("objectClass"), s.Kind.Records) {
			t.Errorf("the entry is %+v, %v", e, err)
		}
	})
}

// scpSchema is what Active Directory knows of the class, as far as records use it.
const scpSchema = `attributeTypes: ( 1.2.840.113556.1.4.510 NAME 'serviceBindingInformation' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectClasses: ( 1.2.840.113556.1.5.126 NAME 'serviceConnectionPoint' SUP top STRUCTURAL MUST cn MAY serviceBindingInformation )`

func TestRecordsAsActiveDirectorySpellsThem(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuickWith(t, ldaptest.Options{Schema: scpSchema}, func(t *testing.T, s *ldaptest.Server) {
		cfg := ldapstate.Config{Spelling: ldapstate.ServiceConnectionPoint}
		statetest.Run(t, func(t *testing.T) state.Store { return open(t, s, cfg) })
		d := connect(t, s)
		p := state.Path{Kind: state.People, ID: "looked-at"}
		if err := open(t, s, cfg).Create(t.Context(), state.Record{Path: p, Values: []string{"x"}}); err != nil {
			t.Fatal(err)
		}
		e, err := d.Read(t.Context(), "cn=looked-at,ou=people,"+base, "objectClass", "serviceBindingInformation")
		if err != nil || e.Value("objectClass") != "serviceConnectionPoint" || e.Value("serviceBindingInformation") != "x" {
			t.Errorf("the entry is %+v, %v", e, err)
		}
	})
}

func TestEachVerbIsOneOperation(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		store := open(t, s, ldapstate.Config{})
		p := state.Path{Kind: state.People, ID: "a"}
		for _, step := range []struct {
			verb string
			do   func() error
			want ldaptest.Counts
		}{
			{"create", func() error { return store.Create(t.Context(), state.Record{Path: p, Values: []string{"x"}}) }, ldaptest.Counts{Add: 1}},
			{"get", func() error { _, err := store.Get(t.Context(), p); return err }, ldaptest.Counts{Search: 1}},
			{"change", func() error { return store.Change(t.Context(), p, []string{"x"}, []string{"x", "y"}) }, ldaptest.Counts{Modify: 1}},
			{"list", func() error { return store.List(t.Context(), state.People, func(state.Record) bool { return true }) }, ldaptest.Counts{Search: 1}},
			{"delete", func() error { return store.Delete(t.Context(), p) }, ldaptest.Counts{Delete: 1}},
		} {
			before := s.Counts()
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			got := s.Counts().Minus(before)
			got.Connections, got.Bind, got.Extended = 0, 0, 0 // the pool may have opened another connection
			if got != step.want {
				t.Errorf("%s: %+v, want %+v", step.verb, got, step.want)
			}
		}
	})
}

func TestManyReplicasPrepareAtOnce(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, s)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := ldapstate.New(d, ldapstate.Config{Base: base}).Prepare(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, k := range state.Kinds() {
			if e, err := d.Read(t.Context(), "ou="+string(k)+","+base, "ou"); err != nil || e.Value("ou") != string(k) {
				t.Errorf("branch %s: %v", k, err)
			}
		}
		before := s.Counts()
		if err := ldapstate.New(d, ldapstate.Config{Base: base}).Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w := s.Counts().Minus(before).Writes(); w != 0 {
			t.Errorf("preparing what is prepared wrote %d times", w)
		}
	})
}

func TestAMissingBaseIsSaidWithTheLDIFThatAddsIt(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		d := connect(t, s)
		store := ldapstate.New(d, ldapstate.Config{Base: "ou=records,dc=example,dc=org"})
		err := store.Prepare(t.Context())
		if !fault.Is(err, fault.Invalid) {
			t.Fatalf("preparing: %v", err)
		}
		for _, want := range []string{"ou=records,dc=example,dc=org, is missing", "dn: ou=records,dc=example,dc=org\nobjectClass: organizationalUnit\nou: records\n\n",
			"dn: ou=pending,ou=records,dc=example,dc=org\n"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error lacks %q:\n%v", want, err)
			}
		}
		if err := store.Create(t.Context(), state.Record{Path: state.Path{Kind: state.People, ID: "a"}, Values: []string{"x"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("creating: %v", err)
		}
		if err := store.List(t.Context(), state.People, func(state.Record) bool { return true }); !fault.Is(err, fault.Unavailable) {
			t.Errorf("listing: %v", err)
		}
	})
}

func TestAServiceAccountWithoutRightsIsSaidSo(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		dn, password := ldaptest.Person(t, "ada")
		d, err := directory.Open(directory.Config{URLs: []string{s.URL}, BindDN: dn, BindPassword: password})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		err = ldapstate.New(d, ldapstate.Config{Base: "dc=example,dc=org"}).Prepare(t.Context())
		if err == nil || !fault.Is(err, fault.Denied) && !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "service account") {
			t.Errorf("preparing: %v", err)
		}
	})
}

func TestRecordsWorkOnceADirectoryThatWasDownAtStartIsThere(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		s.Stop(t)
		store := ldapstate.New(connect(t, s), ldapstate.Config{Base: base})
		if err := store.Prepare(t.Context()); !fault.Is(err, fault.Unavailable) {
			t.Errorf("preparing without a directory: %v", err)
		}
		s.Start(t)
		fresh := ldapstate.New(connect(t, s), ldapstate.Config{Base: base}) // no waiting until the first one notices
		p := state.Path{Kind: state.People, ID: "a"}
		if err := fresh.Create(t.Context(), state.Record{Path: p, Values: []string{"x"}}); err != nil {
			t.Fatal(err)
		}
		if r, err := fresh.Get(t.Context(), p); err != nil || len(r.Values) != 1 {
			t.Errorf("reading: %+v, %v", r, err)
		}
	})
}

func TestDecisionsHoldInADirectory(t *testing.T) {
	t.Parallel()
	ldaptest.EachQuick(t, func(t *testing.T, s *ldaptest.Server) {
		store := open(t, s, ldapstate.Config{})
		statetest.Decisions(t, store)
	})
}

// answers is a directory that gives one error to everything.
type answers struct{ err error }

func (a answers) Read(context.Context, string, ...string) (*ldapmap.Entry, error) { return nil, a.err }
func (a answers) Search(context.Context, directory.Search, func(*ldapmap.Entry) bool) error {
	return a.err
}
func (a answers) Add(context.Context, string, []ldapmap.Attribute) error { return a.err }
func (a answers) Modify(context.Context, string, []ldapmap.Mod) error    { return a.err }
func (a answers) Delete(context.Context, string) error                   { return a.err }
func (a answers) Capabilities(context.Context) (directory.Capabilities, error) {
	return directory.Capabilities{}, nil
}

// What no server here can be made to say: the refusals of others, as they arrive.
func TestOtherServersRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	result := func(code uint16, f fault.Code) error {
		return fault.Wrap(f, &directory.ResultError{Code: code, Name: "code"})
	}
	p := state.Path{Kind: state.People, ID: "a"}
	for _, c := range []struct {
		what  string
		err   error
		code  fault.Code
		words string
	}{
		{"class reserved for the system", result(directory.CodeUnwillingToPerform, fault.Denied), fault.Denied, "serviceConnectionPoint is the other choice"},
		{"class unknown", result(directory.CodeObjectClassViolation, fault.Invalid), fault.Invalid, "serviceConnectionPoint"},
		{"no right", result(directory.CodeInsufficientAccessRights, fault.Denied), fault.Denied, "the service account needs"},
		{"busy", result(directory.CodeBusy, fault.Unavailable), fault.Unavailable, "code (51)"},
		{"no answer", fault.Wrap(fault.Unavailable, directory.ErrUnknownOutcome), fault.Unavailable, "did not answer"},
		{"hidden", fault.New(fault.NotFound, "no entry"), fault.Denied, "does not let the service account read"},
	} {
		store := ldapstate.New(answers{c.err}, ldapstate.Config{Base: base})
		_, err := store.Get(t.Context(), p)
		for verb, err := range map[string]error{
			"get": err, "create": store.Create(t.Context(), state.Record{Path: p, Values: []string{"x"}}),
			"change": store.Change(t.Context(), p, nil, []string{"x"}), "delete": store.Delete(t.Context(), p),
		} {
			if !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.words) || errors.Is(err, state.ErrNotFound) {
				t.Errorf("%s, %s: %v", c.what, verb, err)
			}
		}
	}
	ad := ldapstate.New(answers{result(directory.CodeObjectClassViolation, fault.Invalid)}, ldapstate.Config{Base: base, Spelling: ldapstate.ServiceConnectionPoint})
	if err := ad.Delete(t.Context(), p); !strings.Contains(err.Error(), "applicationProcess is the other choice") {
		t.Error(err)
	}
	hidden := ldapstate.New(answers{fault.New(fault.NotFound, "no entry")}, ldapstate.Config{Base: base})
	if err := hidden.Prepare(t.Context()); !fault.Is(err, fault.Denied) {
		t.Errorf("a hidden base: %v", err)
	}
	odd := ldapstate.New(answers{}, ldapstate.Config{Base: `o=A\, B`}).LDIF()
	if strings.Contains(odd, "dn: o=") || !strings.Contains(odd, `dn: ou=people,o=A\, B`) {
		t.Errorf("LDIF for a base that is no unit:\n%s", odd)
	}
}
