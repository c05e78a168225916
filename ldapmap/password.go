package ldapmap

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	//lint:ignore SA1019 NT hashes are MD4: there is no choice
	"golang.org/x/crypto/md4"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// PasswordMods are the attributes to write beside a new password (users.with_password). Those of shadowAccount and sambaSamAccount are
// left out for people whose entry is not of these classes. Errors: Internal.
func (m *Mapping) PasswordMods(u *User, now time.Time, password string) ([]Mod, error) {
	var mods []Mod
	for _, d := range m.password {
		if !u.mayHave(d.attribute) {
			continue
		}
		mod := Mod{Op: ModReplace, Name: d.attribute}
		switch d.stamp {
		case "days":
			mod.Values = []string{strconv.FormatInt(now.Unix()/86400, 10)}
		case "seconds":
			mod.Values = []string{strconv.FormatInt(now.Unix(), 10)}
		case "filetime":
			text, err := encodeFiletime(now.UTC().Format(time.RFC3339Nano))
			if err != nil {
				return nil, fault.Wrap(fault.Internal, err)
			}
			mod.Values = []string{text}
		case "nt_hash":
			mod.Values = []string{ntHash(password)}
		default:
			text, _ := d.templates[0].fill(nil)
			mod.Values = []string{text}
		}
		mods = append(mods, mod)
	}
	return mods, nil
}

// mayHave tells whether the entry's classes permit an attribute of shadowAccount or sambaSamAccount; of others the server decides.
func (u *User) mayHave(attribute string) bool {
	if u.entry == nil {
		return true
	}
	lower := strings.ToLower(attribute)
	for prefix, class := range map[string]string{"shadow": "shadowAccount", "samba": "sambaSamAccount"} {
		if strings.HasPrefix(lower, prefix) {
			return slices.ContainsFunc(u.entry.Values("objectClass"), func(c string) bool { return strings.EqualFold(c, class) })
		}
	}
	return true
}

// ntHash is MD4 of the password in UTF-16LE (MS-NLMP 3.3.1), as sambaNTPassword has it.
func ntHash(password string) string {
	h := md4.New()
	for _, u := range utf16.Encode([]rune(password)) {
		h.Write([]byte{byte(u), byte(u >> 8)})
	}
	return strings.ToUpper(hex.EncodeToString(h.Sum(nil)))
}

// AsksFor tells whether Attributes has the attribute.
func (m *Mapping) AsksFor(attribute string) bool {
	return slices.ContainsFunc(m.attributes, func(a string) bool { return strings.EqualFold(a, attribute) })
}
