// Package i18n speaks to people in their own language.
//
// The English text is the key: Go code and templates are written in plain English, and the catalogues
// (PO files, the format every translator's tool knows) hold the other languages. A text without a translation is shown in English,
// so a missing one is never an error for the person who reads it; a test of this module makes it one for us.
//
// The flow of a text:
//
//	i18n.M("Your link was sent to %s.", mail)   Go code that does not know the reader: a Message
//	loc.Msg(message)                            the page or mail that does: a string
//	loc.T("Sign in"), {{t "Sign in"}}           code and templates that know the reader
//
// Load reads the catalogues once; Bundle.Match picks a Locale for a request; both are safe for concurrent use and never
// change. Everybody above the directory imports this package; it imports nothing of this module.
//
// Packages that may not import this one (ldapmap) say their texts with fault.Say: any function whose parameter is called words, and
// any field called Words, holds a text for people, and whoever shows it makes a Message of it.
//
// After adding a text, run "go generate ./templates/i18n" and translate the new entries of fr.po.
package i18n

//go:generate go run ./extract
