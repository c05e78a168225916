package rp

import (
	"fmt"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Problem is one thing that is wrong with what a client says of itself: a sentence about one of its settings. Commands and applications get it in English
// (Error), pages in the reader's language and at the field that it is about (it wraps a fault with words).
type Problem struct {
	Field string // its name by RFC 7591, such as "redirect_uris"
	Words string // an English sentence, translated by templates/i18n
	Args  []any
}

func (p *Problem) Error() string { return p.Field + ": " + fmt.Sprintf(p.Words, p.Args...) }

// Unwrap returns the fault, for web.Explain and its like.
func (p *Problem) Unwrap() error { return fault.Say(fault.Invalid, p.Field, p.Words, p.Args...) }

// report takes what is wrong.
type report func(field, words string, args ...any)
