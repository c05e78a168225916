// Package fault is the small vocabulary in which every package of Wicketgate says why something did not work.
//
// An error carries a Code that tells a caller what to do about it, and it may carry words for the person at the page. Everything
// below (the directory, the state store, the mapping) wraps its errors with what was tried; one place above
// (gateway/web) turns the code into a page, an htmx partial, OAuth JSON or an exit status. An error without a code is Internal:
// its text goes to the log and never to a stranger.
//
// The package imports nothing but the standard library, and everybody may import it.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of failure an error is.
type Code string

// The codes. Keep the list short: a new one is needed only when callers must act differently.
const (
	NotFound    Code = "not_found"   // what was named does not exist, or may not be seen
	Conflict    Code = "conflict"    // somebody else was first, or the value exists already
	Denied      Code = "denied"      // the directory or a policy refuses it to this person
	Invalid     Code = "invalid"     // the input is wrong; Field says which part of it
	Throttled   Code = "throttled"   // too many tries; RetryAfter in the wrapped error if known
	Unavailable Code = "unavailable" // a server did not answer, or not in time: trying again may help
	Internal    Code = "internal"    // a defect or a broken promise of a server
)

// Error is an error with a code and, where a person can do something about it, words for that person.
type Error struct {
	Code  Code
	Field string // the field of the user model that is wrong; only with Invalid and Conflict
	// Words is the message id of the sentence that a page shows (English text, translated by templates/i18n), with its
	// arguments in Args. It must be fit for a stranger's eyes. Empty: the page uses its general sentence for the code.
	Words string
	Args  []any
	Err   error // what happened, for the log
}

// Error gives the text for the log.
func (e *Error) Error() string {
	switch {
	case e.Err != nil && e.Field != "":
		return fmt.Sprintf("%s (%s): %v", e.Code, e.Field, e.Err)
	case e.Err != nil:
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	case e.Words != "":
		return fmt.Sprintf("%s: %s", e.Code, fmt.Sprintf(e.Words, e.Args...))
	default:
		return string(e.Code)
	}
}

// Unwrap returns the error that was wrapped.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Code: c}) true for every error of that code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Err == nil && t.Words == "" && t.Field == "" && t.Code == e.Code
}

// New returns an error with a code and a text for the log, made as fmt.Errorf makes it.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// Wrap gives err a code. A nil err stays nil.
func Wrap(code Code, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Err: err}
}

// Say returns an error whose words are shown to the person. words is a message id (English) and is translated by the page.
func Say(code Code, field, words string, args ...any) *Error {
	return &Error{Code: code, Field: field, Words: words, Args: args}
}

// CodeOf returns the code of the outermost coded error in err's chain: Internal for an error without one, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Is tells whether err has the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// WordsOf returns the outermost words for a person in err's chain, and the field they are about; ok is false if there are none.
func WordsOf(err error) (e *Error, ok bool) {
	for err != nil {
		if f, is := err.(*Error); is && f.Words != "" {
			return f, true
		}
		err = errors.Unwrap(err)
	}
	return nil, false
}
