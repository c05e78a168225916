package ldapmap

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// AccountChange is what an administrator does to an account, beyond its fields. What is nil stays as it is.
type AccountChange struct {
	// Locked keeps the person out, whatever password they have or get, until it is lifted: what OpenLDAP calls locked, 389-DS and FreeIPA inactivated,
	// Active Directory and mail servers disabled. Lifting it also lifts a lock for too many wrong passwords.
	Locked *bool
	// NotBefore and Expires are from when and until when the account may be used; the zero time is no limit.
	NotBefore, Expires *time.Time
	// MustChange asks the person for a new password at the next sign-in, before anything else.
	MustChange *bool
}

// AccountPowers tells which parts of an AccountChange a directory can keep.
type AccountPowers struct{ Lock, NotBefore, Expires, MustChange bool }

// AccountPowers are those of the mapping: users.account and the field "active". policy tells whether the server has a password policy
// overlay: without one the attributes of users.account: [ppolicy] do not exist.
func (m *Mapping) AccountPowers(policy bool) AccountPowers {
	var all AccountPowers
	for _, kind := range m.writing(policy) {
		all.Lock = all.Lock || kind.powers.Lock
		all.NotBefore = all.NotBefore || kind.powers.NotBefore
		all.Expires = all.Expires || kind.powers.Expires
		all.MustChange = all.MustChange || kind.powers.MustChange
	}
	all.Lock = all.Lock || m.keepsActive()
	return all
}

// AccountMods are the modifications that make an AccountChange in an entry, as it was read; none if there is nothing to change. Errors: Denied if the
// directory has no place for some part of it; Internal if the person did not come from a directory.
func (m *Mapping) AccountMods(u *User, c AccountChange, policy bool, now time.Time) ([]Mod, error) {
	if u.entry == nil {
		return nil, fault.New(fault.Internal, "changing an account that was not read from the directory")
	}
	var mods []Mod
	var done AccountPowers
	if c.Locked != nil && m.keepsActive() {
		was, is := u.Clone(), u.Clone()
		if *c.Locked || u.Get(Active) == "false" { // who is not switched off needs no word that says so
			is.Set(Active, strconv.FormatBool(!*c.Locked))
		}
		change, err := m.Change(was, is)
		if err != nil {
			return nil, err
		}
		mods, done.Lock = change.Mods, true
	}
	for _, kind := range m.writing(policy) {
		if kind.class != "" && !u.hasClass(kind.class) {
			continue
		}
		done.Lock = done.Lock || kind.powers.Lock
		done.NotBefore = done.NotBefore || kind.powers.NotBefore
		done.Expires = done.Expires || kind.powers.Expires
		done.MustChange = done.MustChange || kind.powers.MustChange
		mods = append(mods, kind.write(u.entry, c, now)...)
	}
	if c.Locked != nil && !done.Lock || c.NotBefore != nil && !done.NotBefore || c.Expires != nil && !done.Expires || c.MustChange != nil && !done.MustChange {
		return nil, &fault.Error{Code: fault.Denied, Words: "This directory has no way to do that to an account.",
			Err: fault.New(fault.Denied, "users.account names nothing that could keep this: %+v can be kept", done)}
	}
	return mods, nil
}

// writing are the kinds of users.account that can be written.
func (m *Mapping) writing(policy bool) []accountKind {
	return slices.DeleteFunc(slices.Clone(m.account), func(k accountKind) bool { return k.write == nil || k.byPolicy && !policy })
}

// keepsActive tells whether a field says who is switched off, in an attribute that can be written.
func (m *Mapping) keepsActive() bool {
	r, ok := m.byName[Active]
	return ok && !r.field.ReadOnly
}

func (u *User) hasClass(class string) bool {
	return u.entry != nil && slices.ContainsFunc(u.entry.Values("objectClass"), func(c string) bool { return strings.EqualFold(c, class) })
}

// set writes one value of an attribute, or none for "", if the entry has it otherwise. Replacing is right here: the attributes have a single value and
// an administrator's last word counts.
func set(e *Entry, attribute, value string) []Mod {
	if e.Value(attribute) == value {
		return nil
	}
	mod := Mod{Op: ModReplace, Name: attribute}
	if value != "" {
		mod.Values = []string{value}
	}
	return []Mod{mod}
}

// times writes a limit in time with the given spelling; the zero time is written as never.
func times(e *Entry, attribute string, t *time.Time, spell func(time.Time) string, never string) []Mod {
	switch {
	case t == nil:
		return nil
	case t.IsZero():
		return set(e, attribute, never)
	}
	return set(e, attribute, spell(t.UTC()))
}

func toGeneralized(t time.Time) string { return t.Format("20060102150405Z") }
func toDays(t time.Time) string        { return strconv.FormatInt(t.Unix()/86400, 10) }
func toFiletime(t time.Time) string    { return strconv.FormatInt(t.Unix()*1e7+filetimeEpoch, 10) }
func toSeconds(t time.Time) string     { return strconv.FormatInt(t.Unix(), 10) }

// writePPolicy: draft-behera-ldap-password-policy 5.3. The time of a lock for too many wrong passwords goes with the attribute. The failures stay, since
// slapd lets nobody modify them: until a right password comes, one more wrong one locks again.
func writePPolicy(e *Entry, c AccountChange, _ time.Time) []Mod {
	var mods []Mod
	switch locked := slices.ContainsFunc(e.Values("pwdAccountLockedTime"), IsPermanentLock); {
	case c.Locked == nil || *c.Locked && locked:
	case *c.Locked:
		mods = set(e, "pwdAccountLockedTime", PermanentLock)
	default:
		mods = set(e, "pwdAccountLockedTime", "")
	}
	mods = append(mods, times(e, "pwdStartTime", c.NotBefore, toGeneralized, "")...)
	mods = append(mods, times(e, "pwdEndTime", c.Expires, toGeneralized, "")...)
	if c.MustChange != nil {
		mods = append(mods, set(e, "pwdReset", trueOr(*c.MustChange, ""))...)
	}
	return mods
}

// writeShadow: the account ends with the start of a day (shadow(5)). There is no lock.
func writeShadow(e *Entry, c AccountChange, now time.Time) []Mod {
	mods := times(e, "shadowExpire", c.Expires, toDays, "")
	if c.MustChange != nil && *c.MustChange != (e.Value("shadowLastChange") == "0") {
		mods = append(mods, set(e, "shadowLastChange", trueOr(*c.MustChange, toDays(now), "0"))...)
	}
	return mods
}

// writeSamba: sambaAcctFlags is letters between brackets, padded to eleven; D is disabled, L is locked for too many wrong passwords.
func writeSamba(e *Entry, c AccountChange, now time.Time) []Mod {
	var mods []Mod
	if c.Locked != nil {
		letters := strings.NewReplacer("[", "", "]", "", " ", "", "D", "", "L", "").Replace(e.Value("sambaAcctFlags"))
		if letters == "" {
			letters = "U"
		}
		if *c.Locked {
			letters += "D"
		}
		mods = set(e, "sambaAcctFlags", "["+letters+strings.Repeat(" ", max(0, 11-len(letters)))+"]")
	}
	mods = append(mods, times(e, "sambaKickoffTime", c.Expires, toSeconds, "")...)
	if c.MustChange != nil && *c.MustChange != (e.Value("sambaPwdLastSet") == "0") {
		mods = append(mods, set(e, "sambaPwdLastSet", trueOr(*c.MustChange, toSeconds(now), "0"))...)
	}
	return mods
}

// epoch is how 389-DS writes that a password must be changed, in the place of when it expires.
const epoch = "19700101000000Z"

// write389: a lock for too many wrong passwords is accountUnlockTime with its count.
func write389(e *Entry, c AccountChange, _ time.Time) []Mod {
	var mods []Mod
	if c.Locked != nil {
		mods = set(e, "nsAccountLock", trueOr(*c.Locked, ""))
		if !*c.Locked {
			mods = append(mods, set(e, "accountUnlockTime", "")...)
			mods = append(mods, set(e, "passwordRetryCount", "")...)
		}
	}
	switch {
	case c.MustChange != nil && *c.MustChange:
		mods = append(mods, set(e, "passwordExpirationTime", epoch)...)
	case c.MustChange != nil && e.Value("passwordExpirationTime") == epoch:
		mods = append(mods, set(e, "passwordExpirationTime", "")...) // the server makes a new one at the next sign-in
	}
	return mods
}

// writeFreeIPA does what ipa user-disable, user-enable, user-unlock and user-mod do.
func writeFreeIPA(e *Entry, c AccountChange, _ time.Time) []Mod {
	var mods []Mod
	if c.Locked != nil {
		mods = set(e, "nsAccountLock", trueOr(*c.Locked, ""))
		if !*c.Locked && e.Value("krbLoginFailedCount") != "" {
			mods = append(mods, set(e, "krbLoginFailedCount", "0")...)
		}
	}
	mods = append(mods, times(e, "krbPrincipalExpiration", c.Expires, toGeneralized, "")...)
	switch {
	case c.MustChange != nil && *c.MustChange:
		mods = append(mods, set(e, "krbPasswordExpiration", epoch)...)
	case c.MustChange != nil && e.Value("krbPasswordExpiration") == epoch:
		mods = append(mods, set(e, "krbPasswordExpiration", "")...)
	}
	return mods
}

// writeActiveDirectory (MS-ADTS 3.1.1.5.3): a lock for too many wrong passwords is lockoutTime, and pwdLastSet takes 0 (must change) and -1 (now) alone.
func writeActiveDirectory(e *Entry, c AccountChange, _ time.Time) []Mod {
	var mods []Mod
	if c.Locked != nil && !*c.Locked && e.Value("lockoutTime") != "" {
		mods = set(e, "lockoutTime", "0")
	}
	mods = append(mods, times(e, "accountExpires", c.Expires, toFiletime, "0")...)
	if c.MustChange != nil && *c.MustChange != (e.Value("pwdLastSet") == "0") {
		mods = append(mods, set(e, "pwdLastSet", trueOr(*c.MustChange, "-1", "0"))...)
	}
	return mods
}

// trueOr spells a truth: TRUE and what is given for a lie, or both as given (the lie first).
func trueOr(is bool, spelling ...string) string {
	switch {
	case !is:
		return spelling[0]
	case len(spelling) > 1:
		return spelling[1]
	}
	return "TRUE"
}
