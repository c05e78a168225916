package authn

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap"
)

// Device is a browser in which somebody has signed in before. Their tries there have a count of their own, so that a stranger who keeps guessing
// makes the others wait and not the person (OWASP, "Blocking Brute Force Attacks", device cookies). It opens nothing: whoever steals
// one may guess as often as anybody, and no more.
type Device struct {
	Person string `json:"p"` // stable id
	Nonce  string `json:"n"`
}

// DeviceLasts is how long a browser is remembered after a sign-in.
const DeviceLasts = 365 * 24 * time.Hour

const devicePurpose = "known device"

type sealedDevice struct {
	Device
	Until int64 `json:"u"`
}

// SealDevice makes the cookie for a browser in which user has just signed in.
func SealDevice(s Sealer, user *ldapmap.User, now time.Time) (string, error) {
	plain, err := json.Marshal(sealedDevice{Device{Person: user.ID, Nonce: rand.Text()}, now.Add(DeviceLasts).Unix()})
	if err != nil {
		return "", fmt.Errorf("sealing a device: %w", err)
	}
	return s.Seal(devicePurpose, nil, plain)
}

// OpenDevice opens the cookie. What is not ours, or too old, is the zero Device: a browser like any other.
func OpenDevice(s Sealer, sealed string, now time.Time) Device {
	if sealed == "" {
		return Device{}
	}
	plain, err := s.Open(devicePurpose, nil, sealed)
	if err != nil {
		return Device{}
	}
	var d sealedDevice
	if json.Unmarshal(plain, &d) != nil || now.Unix() > d.Until {
		return Device{}
	}
	return d.Device
}

// knows tells whether the device is one of this person.
func (d Device) knows(user *ldapmap.User) bool {
	return user != nil && d.Nonce != "" && d.Person == user.ID
}
