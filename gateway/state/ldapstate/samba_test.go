package ldapstate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/state/statetest"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
)

// inDomain is a store in a Samba domain, as the service account with the rights of deploy/acl/samba.sh.
func inDomain(t *testing.T, s *ldaptest.Server) (*ldapstate.Store, *directory.Directory) {
	t.Helper()
	d, err := directory.Open(directory.Config{
		URLs: []string{s.TLSURL}, CAFile: s.CAFile, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	store := ldapstate.New(d.Writer(), ldapstate.Config{Base: base, PageSize: 7})
	if err := store.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store, d
}

// TestRecordsInADomain runs the whole suite, races included, and looks at an entry.
func TestRecordsInADomain(t *testing.T) {
	t.Parallel()
	s := ldaptest.Samba(t, ldaptest.Options{})
	statetest.RunExact(t, func(t *testing.T) state.Store {
		store, _ := inDomain(t, s)
		return store
	})
	store, d := inDomain(t, s)
	if err := store.Create(t.Context(), state.Record{Path: state.Path{Kind: state.People, ID: "looked-at"}, Values: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	e, err := d.Read(t.Context(), "cn=looked-at,ou=people,"+base, "objectClass", "serviceBindingInformation")
	if err != nil || e.Values("objectClass")[len(e.Values("objectClass"))-1] != "serviceConnectionPoint" || e.Value("serviceBindingInformation") != "x" {
		t.Errorf("the entry is %+v, %v", e, err)
	}
}

func TestTheSpellingFollowsTheServer(t *testing.T) {
	t.Parallel()
	for vendor, want := range map[directory.Vendor]ldapstate.Spelling{
		directory.OpenLDAP: ldapstate.ApplicationProcess, directory.DS389: ldapstate.ApplicationProcess, directory.UnknownVendor: ldapstate.ApplicationProcess,
		directory.Samba: ldapstate.ServiceConnectionPoint, directory.ActiveDirectory: ldapstate.ServiceConnectionPoint,
	} {
		if got := ldapstate.SpellingFor(directory.Capabilities{Vendor: vendor}); got != want {
			t.Errorf("%s: %s", vendor, got)
		}
	}
	// While no server answers it is not known, and nothing is guessed.
	down := ldapstate.New(silent{}, ldapstate.Config{Base: base})
	if _, err := down.Get(t.Context(), state.Path{Kind: state.People, ID: "a"}); !fault.Is(err, fault.Unavailable) {
		t.Errorf("without an answer: %v", err)
	}
}

// silent is a directory that does not tell what it is.
type silent struct{ answers }

func (silent) Capabilities(context.Context) (directory.Capabilities, error) {
	return directory.Capabilities{}, fault.Wrap(fault.Unavailable, errors.New("down"))
}
