package config

import (
	"fmt"
	"log/slog"
)

// Secret is a password or key from the configuration. However it is printed, logged or encoded, it is not shown; Reveal is the only way to its
// value, so that a search for it finds every use.
type Secret struct{ value string }

// NewSecret makes a Secret.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value.
func (s Secret) Reveal() string { return s.value }

// IsZero tells whether there is no value.
func (s Secret) IsZero() bool { return s.value == "" }

const hidden = "[secret]"

func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return hidden
}

// Format implements fmt.Formatter for all verbs: %d or %#v would otherwise look inside.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText implements encoding.TextMarshaler, which JSON, YAML and XML use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
