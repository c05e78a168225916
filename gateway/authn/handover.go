package authn

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Reason is why somebody who gave the right password is sent to the change page.
type Reason string

// The reasons.
const (
	ReasonMust     Reason = "must"     // the directory or an administrator demands a new one
	ReasonExpired  Reason = "expired"  // it cannot be used any more
	ReasonExpiring Reason = "expiring" // it can, for DaysLeft days; the person is signed in already
)

// Handover is what the sign-in page tells the change page. It is sealed and travels in the address, and it proves only that the password was right a moment
// ago: the change asks for it once more, so a stolen one opens nothing.
type Handover struct {
	ID       string `json:"i"`
	DN       string `json:"d"`
	Login    string `json:"l"` // as it was typed
	Reason   Reason `json:"r"`
	DaysLeft int    `json:"n,omitempty"`
	Remember bool   `json:"s,omitempty"` // "stay signed in" was ticked
}

// Ref points at the person.
func (h Handover) Ref() ldapmap.Ref { return ldapmap.Ref{ID: h.ID, DN: h.DN} }

// Sealer is the part of *seal.Keyring that is needed.
type Sealer interface {
	Seal(purpose string, ad, plain []byte) (string, error)
	Open(purpose string, ad []byte, sealed string) ([]byte, error)
}

// StepParam is the name of the parameter that carries a Handover.
const StepParam = "step"

// HandoverLasts is how long somebody has to think of a new password.
const HandoverLasts = 20 * time.Minute

const handoverPurpose = "password handover"

type sealedHandover struct {
	Handover
	Until int64 `json:"u"`
}

// SealHandover makes the parameter for the change page.
func SealHandover(s Sealer, h Handover, now time.Time) (string, error) {
	plain, err := json.Marshal(sealedHandover{h, now.Add(HandoverLasts).Unix()})
	if err != nil {
		return "", fmt.Errorf("sealing a handover: %w", err)
	}
	return s.Seal(handoverPurpose, nil, plain)
}

// OpenHandover opens it. Errors: Invalid for one that is not ours or too old.
func OpenHandover(s Sealer, sealed string, now time.Time) (Handover, error) {
	plain, err := s.Open(handoverPurpose, nil, sealed)
	if err != nil {
		return Handover{}, fault.New(fault.Invalid, "the handover was not sealed here")
	}
	var h sealedHandover
	if err := json.Unmarshal(plain, &h); err != nil {
		return Handover{}, fault.New(fault.Invalid, "the handover cannot be read")
	}
	if now.Unix() > h.Until {
		return Handover{}, fault.New(fault.Invalid, "the handover is too old")
	}
	return h.Handover, nil
}
