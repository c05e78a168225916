package oidc

import (
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/state"
)

// NewKeyRecord is the record of a further signing key, as a rotation makes it.
func NewKeyRecord(ring Keyring, alg jose.SignatureAlgorithm, number int, now time.Time) (state.Record, error) {
	k, err := newKey(alg, number, now)
	if err != nil {
		return state.Record{}, err
	}
	return k.record(ring)
}
