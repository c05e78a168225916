package ldapmap

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
)

// accountKind is one way in which directories note the state of an account.
type accountKind struct {
	attributes []string // asked for by name: most are operational
	mark       []string // those that change with the password
	read       func(*Entry, *Account)

	powers   AccountPowers // what write can keep
	write    func(*Entry, AccountChange, time.Time) []Mod
	class    string // that an entry must have for its attributes; empty: any
	byPolicy bool   // the attributes exist only where the server has a password policy
}

// accountKinds are the words of users.account.
func accountKinds() map[string]accountKind {
	return map[string]accountKind{
		"ppolicy": {
			attributes: []string{"pwdAccountLockedTime", "pwdReset", "pwdStartTime", "pwdEndTime", "pwdChangedTime"},
			mark:       []string{"pwdChangedTime"}, read: readPPolicy,
			powers: AccountPowers{Lock: true, NotBefore: true, Expires: true, MustChange: true}, write: writePPolicy, byPolicy: true,
		},
		"shadow": {
			attributes: []string{"shadowExpire", "shadowLastChange"},
			mark:       []string{"shadowLastChange"}, read: readShadow,
			powers: AccountPowers{Expires: true, MustChange: true}, write: writeShadow, class: "shadowAccount",
		},
		"samba": {
			attributes: []string{"sambaAcctFlags", "sambaKickoffTime", "sambaPwdLastSet"},
			mark:       []string{"sambaPwdLastSet"}, read: readSamba,
			powers: AccountPowers{Lock: true, Expires: true, MustChange: true}, write: writeSamba, class: "sambaSamAccount",
		},
		"389ds": {
			attributes: []string{"nsAccountLock", "passwordExpirationTime", "pwdUpdateTime", "accountUnlockTime", "passwordRetryCount"},
			mark:       []string{"passwordExpirationTime", "pwdUpdateTime"}, read: read389,
			powers: AccountPowers{Lock: true, MustChange: true}, write: write389,
		},
		"freeipa": {
			attributes: []string{"nsAccountLock", "krbPrincipalExpiration", "krbLastPwdChange", "krbPasswordExpiration", "krbLoginFailedCount"},
			mark:       []string{"krbLastPwdChange"}, read: readFreeIPA,
			powers: AccountPowers{Lock: true, Expires: true, MustChange: true}, write: writeFreeIPA,
		},
		"activedirectory": {
			attributes: []string{"userAccountControl", "accountExpires", "pwdLastSet", "lockoutTime"},
			mark:       []string{"pwdLastSet"}, read: readActiveDirectory,
			write: writeActiveDirectory, powers: AccountPowers{Expires: true, MustChange: true}, // the field "active" locks
		},
	}
}

// PermanentLock is the pwdAccountLockedTime of an account that an administrator locked (draft-behera-ldap-password-policy 5.3.3).
const PermanentLock = "000001010000Z"

// readPPolicy: a lock with a time is one for too many failures. It passes by itself, only the server knows when, and it must not end the
// sessions of the person, or anybody could end them by guessing; so it is left to the bind.
func readPPolicy(e *Entry, a *Account) {
	if slices.ContainsFunc(e.Values("pwdAccountLockedTime"), IsPermanentLock) {
		a.Locked = true
	}
	if strings.EqualFold(e.Value("pwdReset"), "TRUE") {
		a.MustChange = true
	}
	a.NotBefore = later(a.NotBefore, generalizedTime(e.Value("pwdStartTime")))
	a.Expires = earlier(a.Expires, generalizedTime(e.Value("pwdEndTime")))
}

// IsPermanentLock tells whether a value of pwdAccountLockedTime is the lock of an administrator. It also takes the spelling with seconds, since slapd normalises neither.
func IsPermanentLock(v string) bool { return v == PermanentLock || v == "00000101000000Z" }

// readShadow: the account ends with the start of the day shadowExpire; a shadowLastChange of 0 asks for a change (shadow(5)).
func readShadow(e *Entry, a *Account) {
	if t, err := parseDays(e.Value("shadowExpire")); err == nil && t.Unix() > 0 {
		a.Expires = earlier(a.Expires, t)
	}
	if e.Value("shadowLastChange") == "0" {
		a.MustChange = true
	}
}

func readSamba(e *Entry, a *Account) {
	flags := e.Value("sambaAcctFlags") // such as [UD         ]
	if strings.Contains(flags, "D") {
		a.Disabled = true
	}
	if t, err := parseSeconds(e.Value("sambaKickoffTime")); err == nil && t.Unix() > 0 {
		a.Expires = earlier(a.Expires, t)
	}
	if e.Value("sambaPwdLastSet") == "0" {
		a.MustChange = true
	}
}

// read389: an expiration at the epoch is how 389-DS writes "must change".
func read389(e *Entry, a *Account) {
	if strings.EqualFold(e.Value("nsAccountLock"), "true") {
		a.Disabled = true
	}
	if t := generalizedTime(e.Value("passwordExpirationTime")); !t.IsZero() && t.Unix() == 0 {
		a.MustChange = true
	}
}

func readFreeIPA(e *Entry, a *Account) {
	if strings.EqualFold(e.Value("nsAccountLock"), "true") {
		a.Disabled = true
	}
	a.Expires = earlier(a.Expires, generalizedTime(e.Value("krbPrincipalExpiration")))
	if e.Value("krbPasswordExpiration") == epoch {
		a.MustChange = true
	}
}

// The bits of userAccountControl (MS-ADTS 2.2.16).
const (
	uacDisabled           = 0x2
	uacPasswordNotExpires = 0x10000
)

func readActiveDirectory(e *Entry, a *Account) {
	flags, err := strconv.ParseUint(e.Value("userAccountControl"), 10, 32)
	if err == nil && flags&uacDisabled != 0 {
		a.Disabled = true
	}
	if t, err := parseFiletime(e.Value("accountExpires")); err == nil {
		a.Expires = earlier(a.Expires, t)
	}
	if e.Value("pwdLastSet") == "0" && flags&uacPasswordNotExpires == 0 {
		a.MustChange = true
	}
	if t := e.Value("lockoutTime"); t != "" && t != "0" {
		a.LockedOut = true
	}
}

// accountOf reads the state of the account behind an entry.
func (m *Mapping) accountOf(e *Entry) Account {
	var a Account
	for _, kind := range m.account {
		kind.read(e, &a)
	}
	a.Mark, a.Changed = m.mark(e), e.Value(changeTime)
	a.NoPassword = m.spec.PasswordReadable && len(e.Values("userPassword")) == 0
	return a
}

// changeTime is when an entry was last written (RFC 4512 3.4.3); every server has it, in one-second steps.
const changeTime = "modifyTimestamp"

// mark is a digest of everything we may see that changes with the password.
func (m *Mapping) mark(e *Entry) string {
	h := sha256.New()
	seen := false
	note := func(name string) {
		values := slices.Sorted(slices.Values(e.Values(name)))
		for _, v := range values {
			seen = true
			h.Write([]byte(strings.ToLower(name) + "\x00" + strconv.Itoa(len(v)) + "\x00" + v))
		}
	}
	for _, kind := range m.account {
		for _, name := range kind.mark {
			note(name)
		}
	}
	note("userPassword")
	if !seen {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// generalizedTime returns the zero time for what is no time.
func generalizedTime(raw string) time.Time {
	t, err := parseGeneralizedTime(raw)
	if err != nil {
		return time.Time{}
	}
	return t
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
