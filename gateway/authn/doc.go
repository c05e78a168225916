// Package authn decides whether a login and a password let somebody in, and how often that may be tried.
//
//   - signin.go: Authenticator.SignIn, the one way in
//   - limiter.go: growing delays, also used for mails that strangers can set off
//   - decoy.go: the work that a login gets which names nobody
//   - device.go: browsers in which somebody signed in before
//   - typed.go: a typed login on its way from page to page
//   - handover.go: what the sign-in page tells the change page when a password is right but not good enough any more
//
// # What a stranger can learn
//
// A login that names nobody, one that names several people, a wrong password, and an account that is locked or switched off get the same
// answer after the same work: one search and one bind. Where no entry matched, the bind goes to the decoy, which has the server hash as it
// would for a person. What the server's own habits still leave to be measured (an entry that is sent or not, a failure
// it writes down or not) is covered by Options.Floor, the least time that any refusal takes. Only who knows the password learns that it must be
// changed or has expired.
//
// # Delays
//
// Tries are counted per account, under the stable id of the entry, so that a mail address, a user name and other spellings
// share one count; and per address of the network, an IPv6 client by its /64. The price is that somebody who tries two names until the first has
// to wait learns, if the second has to wait too, that both are one account.
//
// A browser in which the person signed in before has a count of its own, so that nobody can be kept out of their account by guessing at it.
//
// The counts are in the memory of each replica and bounded in size: with n replicas behind a balancer there are up to n times the free tries, and the
// delays that follow grow on each of them. The directory's own lockout counts them all.
//
// The package imports ldapmap, ldapmap/fault, gateway/audit and templates/i18n; it is used by gateway, selfservice/signin and selfservice/password.
package authn
