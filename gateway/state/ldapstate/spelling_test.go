package ldapstate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

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
