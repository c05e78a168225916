package sample

import (
	"time"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// NamedMail is a mail with made-up values. ID is stable and safe in an address.
type NamedMail struct {
	ID   string
	Name i18n.Message
	Mail templates.Mail
}

// Mails is one of each mail, as sent at now by a gateway with this public address.
func Mails(publicURL string, now time.Time) []NamedMail {
	const hour = time.Hour
	link := publicURL + "/example#eyJwIjoicmVzZXQiLCJlIjoxNzk1NDYwMDAwfQ.dGhpcyBpcyBub3QgYSByZWFsIGxpbms"
	return []NamedMail{
		{"reset", i18n.M("Forgotten password"), templates.ResetMail{
			Name: "Zoé", Login: "zoe.lefevre", Link: link, Lifetime: hour, Expires: now.Add(hour), Cancel: publicURL + "/example/cancel"}},
		{"firstpassword", i18n.M("First password"), templates.FirstPasswordMail{
			Name: "Zoé", Login: "zoe.lefevre", Link: link, Lifetime: 24 * hour, Expires: now.Add(24 * hour)}},
		{"invitation", i18n.M("Invitation"), templates.InvitationMail{
			Name: "Émile", Inviter: "Margaux Dubois", Note: "Welcome to the Thursday team!\nWe meet at the back door at six.", Link: link, Lifetime: 48 * hour, Expires: now.Add(48 * hour)}},
		{"mailconfirm", i18n.M("Mail address to confirm"), templates.MailConfirmMail{
			Name: "Zoé", Login: "zoe.lefevre", Address: "zoe@example.net", Link: link, Lifetime: 24 * hour, Expires: now.Add(24 * hour)}},
		{"mailchanged", i18n.M("Mail address changed"), templates.MailChangedNotice{
			Name: "Zoé", Login: "zoe.lefevre", New: "z…@example.net", At: now}},
		{"passwordchanged", i18n.M("Password changed"), templates.PasswordChangedMail{
			Name: "Zoé", Login: "zoe.lefevre", At: now, Forgot: publicURL + "/password/forgotten"}},
		{"test", i18n.M("Test mail"), templates.TestMail{
			RequestedBy: "Margaux Dubois", Server: "mail.example.org:587", At: now}},
	}
}
