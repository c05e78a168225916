package session

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/sessions"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// MaxCarry is how long a note may live.
const MaxCarry = 24 * time.Hour

type note struct {
	Expires int64           `json:"e"`
	Value   json.RawMessage `json:"v"`
}

// Put lets the browser carry a value to a later page, sealed, for ttl: what was typed on the page before, where to go afterwards. It is text of ours
// that nobody can read or change, but a browser can show it twice: what must happen once is package ticket's. name is lower-case letters.
//
// Errors: Invalid if the value makes a cookie that browsers would drop, or ttl is not within MaxCarry.
func (m *Manager) Put(w http.ResponseWriter, _ *http.Request, name string, value any, ttl time.Duration) error {
	if err := checkName(name); err != nil {
		return err
	}
	if ttl <= 0 || ttl > MaxCarry {
		return fault.New(fault.Invalid, "carrying %s for %v: it has to be up to %v", name, ttl, MaxCarry)
	}
	sealed, err := m.sealNote(name, value, ttl)
	if err != nil {
		return err
	}
	opts := *m.jar.Options
	opts.MaxAge = max(1, int(ttl.Seconds()))
	http.SetCookie(w, sessions.NewCookie(m.noteName(name), sealed, &opts))
	return nil
}

// Take reads into value what Put left, and has the browser forget it. It is false if there is nothing, or nothing of ours that is still good.
func (m *Manager) Take(w http.ResponseWriter, r *http.Request, name string, value any) (bool, error) {
	if err := checkName(name); err != nil {
		return false, err
	}
	c, err := r.Cookie(m.noteName(name))
	if err != nil {
		return false, nil
	}
	m.jar.drop(w, m.noteName(name))
	return m.openNote(name, c.Value, value), nil
}

func (m *Manager) noteName(name string) string { return m.jar.prefix + cookieName + "_" + name }

func (m *Manager) sealNote(name string, value any, ttl time.Duration) (string, error) {
	raw, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("carrying %s: %w", name, err)
	}
	text, err := json.Marshal(note{Expires: m.now().Add(ttl).Unix(), Value: raw})
	if err != nil {
		return "", fmt.Errorf("carrying %s: %w", name, err)
	}
	return m.jar.codec.Encode(m.noteName(name), map[any]any{payloadKey: string(text)})
}

func (m *Manager) openNote(name, sealed string, value any) bool {
	values := map[any]any{}
	if m.jar.codec.Decode(m.noteName(name), sealed, &values) != nil {
		return false
	}
	var n note
	text, _ := values[payloadKey].(string)
	return json.Unmarshal([]byte(text), &n) == nil && m.now().Unix() < n.Expires && json.Unmarshal(n.Value, value) == nil
}

func checkName(name string) error {
	if name == "" || len(name) > 32 {
		return fault.New(fault.Internal, "a note for the browser has a name of 1 to 32 letters")
	}
	for i := range len(name) {
		if c := name[i]; c < 'a' || c > 'z' {
			return fault.New(fault.Internal, "a note for the browser is named by lower-case letters, not %q", name)
		}
	}
	return nil
}
