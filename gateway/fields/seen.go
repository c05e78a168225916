package fields

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// seenInput is the hidden input that says what a form showed, so that a change that somebody else made meanwhile is not undone by
// a form that was opened before: it has a short digest of each field's values. Nothing is decided by it but that, so it is not sealed.
const seenInput = "seen"

// maxSeen bounds the fields that are looked at.
const maxSeen = 200

// seen is what the hidden input says of a person as the directory has them now.
func (s Set) seen(u *ldapmap.User) string {
	var parts []string
	for _, f := range s.Fields {
		if s.writable(f) && f.Type != ldapmap.TypePhoto {
			parts = append(parts, f.Name+"="+digest(normal(f, u.All(f.Name))))
		}
	}
	return strings.Join(parts, " ")
}

// readSeen is the way back; a form without it, or with nonsense in it, showed nothing that is known.
func readSeen(text string) map[string]string {
	seen := map[string]string{}
	for part := range strings.FieldsSeq(text) {
		if name, sum, ok := strings.Cut(part, "="); ok && len(seen) < maxSeen {
			seen[name] = sum
		}
	}
	return seen
}

func digest(values []string) string {
	sum := sha256.Sum256([]byte(strings.Join(values, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// meanwhile are the words for a field that two people have changed.
func meanwhile(now []string) i18n.Message {
	if len(now) == 0 {
		return i18n.M("Somebody else has emptied this meanwhile. If yours is right, save it again.")
	}
	return i18n.M("Somebody else has changed this meanwhile to: %s. If yours is right, save it again.", strings.Join(now, ", "))
}
