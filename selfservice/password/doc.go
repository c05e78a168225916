// Package password is how people change, forget and choose passwords.
//
//	GET, POST /password            change.go    with the current one; also for those who must, whose password is too old or soon will be
//	POST      /password/strength   strength.go  judges a new password while it is typed
//	GET, POST /password/forgot     forgot.go    a mail with a link, whoever asks; the page never tells whether there is such an account
//	GET, POST /password/reset      reset.go     where the link leads
//	GET, POST /password/first      reset.go     the same for an account without a password; without a link it asks who is there, as forgot does
//
// After every change (after.go) sessions on other devices end, a mail says what happened, and the audit log has a line. What could
// not be done is said on the page: "changed, but …".
//
// The person's own rules (gateway/authn/passwords) are shown before typing; the directory decides, and its refusal is shown in words.
//
// The package imports gateway/{web,authn,session,ticket,mail,audit,visit}, ldapmap and templates. gateway mounts it.
package password
