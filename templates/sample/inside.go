package sample

import (
	"strconv"
	"time"

	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

func itoa(n int) string { return strconv.Itoa(n) }

func profile(loc *i18n.Locale) []Named {
	home, account, street := inside(loc, "/"), inside(loc, "/profile"), street(loc)
	days := 3
	account.Flash = []templates.Flash{{Kind: templates.FlashDone, Message: i18n.M("Your profile is saved.")}}
	wrong := profileForm(loc)
	wrong.SetError("emails", i18n.M("“%s” is not a mail address.", "zoe@"))
	wrong.SetError("postal_code", i18n.M("A postal code has %d digits.", 5))
	wrong.SetError("photo", i18n.M("The photo is larger than %s. Choose a smaller one.", "4 MB"))
	page := templates.ProfilePage{Form: profileForm(loc), Writable: true, Name: "Zoé Lefèvre", Login: "zoe.lefevre", Since: time.Date(2021, 9, 1, 0, 0, 0, 0, time.UTC),
		Pending:  []templates.PendingMail{{Address: "zoe@example.net", Sent: Moment().Add(-20 * time.Minute), Resend: "/profile/mail/resend", Cancel: "/profile/mail/cancel"}},
		Groups:   []templates.Group{{Name: "Thursday team", Description: "Opens the shop on Thursdays"}, {Name: "Cheese counter", Owner: true}},
		Password: "/password", PasswordChanged: Moment().Add(-80 * 24 * time.Hour)}
	invalid := page
	invalid.Form, invalid.Pending = wrong, nil
	return []Named{
		{"home", home, templates.HomePage{Name: "Zoé", Profile: "/profile", Password: "/password", Applications: "/applications", Sessions: "/sessions", Invite: "/invite", Admin: "/admin", PasswordDays: &days,
			Apps: []templates.AppLink{{Name: "Orders", Description: loc.T("What the shop needs"), URL: "https://orders.example.org/", Logo: Orders().Logo}, {Name: "Calendar", URL: "https://calendar.example.org/"}, {Name: "Files", URL: "https://files.example.org/"}, {Name: "Mail", URL: "https://mail.example.org/"}}}},
		{"profile", account, page},
		{"profile-wrong", inside(loc, "/profile"), invalid},
		{"mail-confirm", street, templates.MailConfirmPage{Action: "/mail/confirm", Address: "zoe@example.net", Name: "Zoé Lefèvre", Login: "zoe.lefevre"}},
		{"mail-confirmed", street, templates.MailConfirmedPage{Address: "zoe@example.net", Continue: "/profile"}},
	}
}

// profileForm has a field of every widget.
func profileForm(loc *i18n.Locale) templates.Form {
	text := func(name, label, value, autocomplete string) templates.Field {
		return templates.Field{Name: name, Label: label, Value: value, Widget: templates.WidgetText, Autocomplete: autocomplete, MaxLength: 200}
	}
	given, family := text("given_name", loc.T("Given name"), "Zoé", "given-name"), text("family_name", loc.T("Family name"), "Lefèvre", "family-name")
	family.Required = true
	street, code, town := text("street", loc.T("Street"), "14 rue des Capucins", "street-address"), text("postal_code", loc.T("Postal code"), "33000", "postal-code"), text("locality", loc.T("Town"), "Bordeaux", "address-level2")
	return templates.Form{Action: "/profile", Sections: []templates.Section{
		{Title: loc.T("You"), Hint: loc.T("What others see of you."), Fields: []templates.Field{
			{Name: "photo", Label: loc.T("Photo"), Widget: templates.WidgetPhoto, Hint: loc.T("JPEG, PNG, GIF or WebP, at most %s.", "4 MB")}, given, family,
			{Name: "username", Label: loc.T("User name"), Value: "zoe.lefevre", Widget: templates.WidgetUsername, ReadOnly: true, Hint: loc.T("You sign in with it. It cannot be changed.")},
		}},
		{Title: loc.T("How to reach you"), Fields: []templates.Field{
			{Name: "emails", Label: loc.T("Mail addresses"), Values: []string{"zoe.lefevre@example.org", "zoe@example.com"}, Widget: templates.WidgetEmail, Multiple: true, Autocomplete: "email", Required: true, Hint: loc.T("We write to the first one.")},
			{Name: "phones", Label: loc.T("Phone numbers"), Widget: templates.WidgetTel, Multiple: true, Autocomplete: "tel"},
			{Name: "address", Label: loc.T("Postal address"), Widget: templates.WidgetAddress, Parts: []templates.Field{street, code, town}},
			{Name: "website", Label: loc.T("Web page"), Widget: templates.WidgetURL, Autocomplete: "url"},
		}},
		{Title: loc.T("In the shop"), Fields: []templates.Field{
			{Name: "favourite_colour", Label: loc.T("Favourite colour"), Widget: templates.WidgetColour, Value: "#c8622b"},
			{Name: "apron", Label: loc.T("Size of the apron"), Widget: templates.WidgetRadio, Value: "m", Options: []templates.Option{{Value: "s", Label: "S"}, {Value: "m", Label: "M"}, {Value: "l", Label: "L", Hint: loc.T("Also fits over a coat.")}}},
			{Name: "skills", Label: loc.T("What you can do"), Widget: templates.WidgetChoices, Values: []string{"till"}, Options: []templates.Option{{Value: "till", Label: loc.T("Till")}, {Value: "cheese", Label: loc.T("Cheese")}, {Value: "forklift", Label: loc.T("Forklift")}}},
			{Name: "birthday", Label: loc.T("Birthday"), Widget: templates.WidgetDate, Value: "1991-03-01", Autocomplete: "bday"},
			{Name: "shifts", Label: loc.T("Shifts a month"), Widget: templates.WidgetNumber, Value: "2", Min: "0", Max: "8"},
			{Name: "about", Label: loc.T("About you"), Widget: templates.WidgetTextArea},
			{Name: "language", Label: loc.T("Language"), Widget: templates.WidgetLanguage, Value: "fr", Options: []templates.Option{{Value: "en", Label: "English"}, {Value: "fr", Label: "français"}}},
			{Name: "newsletter", Label: loc.T("Send me the newsletter"), Widget: templates.WidgetCheckbox, Value: "1"},
			{Name: "number", Label: loc.T("Member number"), Value: "1482", Widget: templates.WidgetText, ReadOnly: true},
		}},
	}}
}

func join(loc *i18n.Locale) []Named {
	in, street := inside(loc, "/invite"), street(loc)
	invite := templates.Form{Action: "/invite", Submit: i18n.M("Make the invitation"), Cancel: "/", Sections: []templates.Section{
		{Title: loc.T("Who"), Hint: loc.T("What you leave empty, they fill in."), Fields: []templates.Field{
			{Name: "name", Label: loc.T("Name"), Widget: templates.WidgetText, Value: "Émile Okafor"},
			{Name: "username", Label: loc.T("User name"), Widget: templates.WidgetUsername, Value: "emile.okafor"},
			{Name: "lock_username", Label: loc.T("They cannot change the user name"), Widget: templates.WidgetCheckbox, Value: "1"},
		}},
		{Title: loc.T("Groups"), Fields: []templates.Field{
			{Name: "groups", Label: loc.T("Groups to join"), Widget: templates.WidgetChoices, Values: []string{"thursday"}, Options: []templates.Option{{Value: "thursday", Label: "Thursday team", Hint: loc.T("Opens the shop on Thursdays")}, {Value: "cheese", Label: "Cheese counter"}}},
		}},
		{Title: loc.T("How"), Fields: []templates.Field{
			{Name: "how", Label: loc.T("How shall it reach them?"), Widget: templates.WidgetRadio, Value: "mail", Required: true, Options: []templates.Option{{Value: "mail", Label: loc.T("By mail")}, {Value: "link", Label: loc.T("I give them the link myself")}}},
			{Name: "email", Label: loc.T("Their mail address"), Widget: templates.WidgetEmail, Value: "emile@example.com"},
		}},
	}}
	accept := templates.Form{Action: "/join", Submit: i18n.M("Make my account"), Sections: []templates.Section{{Fields: []templates.Field{
		{Name: "username", Label: loc.T("User name"), Value: "emile.okafor", Widget: templates.WidgetUsername, Locked: true, Hint: loc.T("You sign in with it. It cannot be changed.")},
		{Name: "name", Label: loc.T("Name"), Value: "Émile Okafor", Widget: templates.WidgetText, Required: true, Autocomplete: "name"},
		{Name: "email", Label: loc.T("Mail address"), Value: "emile@example.com", Widget: templates.WidgetEmail, Required: true, Autocomplete: "email"},
		{Name: "new", ID: "password", Label: loc.T("Password"), Widget: templates.WidgetPassword, Required: true, Rules: Rules(), Strength: "/password/strength"},
	}}}}
	wrong := accept
	wrong.Sections = []templates.Section{{Fields: append([]templates.Field(nil), accept.Sections[0].Fields...)}}
	wrong.SetError("new", i18n.M("Use %d characters or more.", 12))
	wrong.SetError("name", i18n.M("Type your name."))
	expires := Moment().Add(48 * time.Hour)
	return []Named{
		{"invite", in, templates.InvitePage{Form: invite, Lifetime: 48 * time.Hour}},
		{"invited-mail", in, templates.InvitedPage{Mailed: "emile@example.com", Name: "Émile Okafor", Expires: expires, Another: "/invite"}},
		{"invited-link", in, templates.InvitedPage{Link: "https://id.example.org/join#eyJwIjoiam9pbiIsImUiOjE3NzI1NjAzMDB9.bm90IGEgcmVhbCBsaW5r", Name: "Émile Okafor", Expires: expires, Another: "/invite"}},
		{"accept", street, templates.AcceptPage{Form: accept, InvitedBy: "Margaux Dubois", Expires: expires}},
		{"accept-wrong", street, templates.AcceptPage{Form: wrong, InvitedBy: "Margaux Dubois", Expires: expires}},
		{"welcome", street, templates.WelcomePage{Name: "Émile", Login: "emile.okafor", Continue: "/"}},
	}
}

func consents(loc *i18n.Locale) []Named {
	street, in := street(loc), inside(loc, "/applications")
	ask := templates.ConsentPage{Action: "/oauth/consent", App: Orders(), Account: templates.Account{Name: "Zoé Lefèvre", Login: "zoe.lefevre"}, Switch: "/signin?switch=1",
		Hidden: []templates.Hidden{{Name: "r", Value: "sealed-request"}},
		Scopes: []templates.Scope{
			{Label: loc.T("Your name and language"), Claims: []templates.Claim{{Label: loc.T("Name"), Values: []string{"Zoé Lefèvre"}}, {Label: loc.T("Language"), Values: []string{"français"}}}},
			{Label: loc.T("Your mail address"), Claims: []templates.Claim{{Label: loc.T("Mail address"), Values: []string{"zoe.lefevre@example.org"}}}},
			{Label: loc.T("Your groups"), New: true, Claims: []templates.Claim{{Label: loc.T("Groups"), Values: []string{"Thursday team", "Cheese counter"}}}},
		}, Offline: true}
	again := ask
	again.Again = true
	ask.Scopes = append([]templates.Scope(nil), ask.Scopes...)
	ask.Scopes[2].New = false
	acting := ask
	acting.Acts = []templates.Act{{Label: loc.T("Use %s in your name", "Stock"), Can: []string{"See what is in stock", "Order for the shop"}}, {Label: loc.T("Use %s in your name", "Mail")}}
	unknown := ask
	unknown.App = templates.AppCard{Name: "Sheets", Policy: "https://sheets.example.org/privacy", Terms: "https://sheets.example.org/terms", Logo: Orders().Logo}
	unknown.Unknown, unknown.Leads = true, "sheets.example.org"
	device := ask
	device.Action, device.Device, device.Switch = "/device/confirm", "WDJB-MJHT", ""
	return []Named{
		{"consent", street, ask},
		{"consent-again", street, again},
		{"consent-api", street, acting},
		{"consent-unknown", street, unknown},
		{"device", street, templates.DevicePage{Action: "/device"}},
		{"device-wrong", street, templates.DevicePage{Action: "/device", Code: "WDJB-MJHX", Error: i18n.M("No device waits for this code. Look at it again: the device shows a new one every ten minutes.")}},
		{"device-consent", street, device},
		{"device-done", street, templates.DeviceDonePage{Allowed: true, Name: "Zoé Lefèvre"}},
		{"device-refused", street, templates.DeviceDonePage{}},
		{"applications", in, templates.ApplicationsPage{Revoke: "/applications/revoke", Apps: []templates.Consented{
			{ID: "orders", Name: "Orders", Logo: Orders().Logo, URL: Orders().URL, Scopes: []string{loc.T("Your name"), loc.T("Your mail address"), loc.T("Your groups")}, Since: time.Date(2025, 11, 3, 9, 0, 0, 0, time.UTC), LastUsed: Moment().Add(-3 * time.Hour)},
			{ID: "calendar", Name: "Calendar", URL: "https://calendar.example.org/", Scopes: []string{loc.T("Your name")}, Since: time.Date(2024, 2, 1, 9, 0, 0, 0, time.UTC)},
			{ID: "files", Name: "Files", Scopes: []string{loc.T("Your name"), loc.T("Your groups")}, Since: time.Date(2023, 6, 18, 9, 0, 0, 0, time.UTC), LastUsed: Moment().Add(-50 * time.Hour), Trusted: true},
		}}},
		{"applications-none", in, templates.ApplicationsPage{}},
		{"sessions", in, templates.SessionsPage{End: "/sessions", Everywhere: "/sessions/everywhere", Sessions: []templates.Session{
			{ID: "1", Device: "Firefox, Linux", Since: Moment().Add(-2 * time.Hour), Seen: Moment(), Current: true},
			{ID: "2", Device: "Safari, iPhone", Since: Moment().Add(-9 * 24 * time.Hour), Seen: Moment().Add(-5 * time.Hour)},
			{ID: "3", Since: Moment().Add(-30 * 24 * time.Hour), Seen: Moment().Add(-20 * 24 * time.Hour)},
		}}},
		{"sessions-everywhere", in, templates.EverywherePage{Action: "/sessions/everywhere", Cancel: "/sessions"}},
	}
}

func admin(loc *i18n.Locale) []Named {
	in := inside(loc, "/admin")
	warned := in
	warned.Banner = i18n.M("Mail does not leave at the moment. Links that people ask for arrive late.")
	var mails []templates.MailPreviewLink
	for _, m := range Mails("https://id.example.org", Moment()) {
		mails = append(mails, templates.MailPreviewLink{Name: m.Name, Links: languages(loc)})
	}
	return []Named{
		{"status", warned, templates.StatusPage{Version: "0.1.0", Started: Moment().Add(-26 * time.Hour), Now: Moment(), Mails: "/admin/mails", Clients: "/admin/clients", Checks: []templates.Check{
			{Name: i18n.M("Directory"), State: templates.CheckOK, Detail: "ldaps://ldap1.example.org", Since: Moment().Add(-26 * time.Hour), Queue: -1},
			{Name: i18n.M("Mail"), State: templates.CheckFailing, Detail: "mail.example.org:587, STARTTLS", LastError: "454 4.7.0 Temporary authentication failure", Since: Moment().Add(-12 * time.Minute), Queue: 3},
			{Name: i18n.M("Records"), State: templates.CheckDegraded, Detail: "ou=wicketgate,dc=example,dc=org", LastError: "server is busy", Since: Moment().Add(-time.Minute), Queue: -1},
			{Name: i18n.M("Signing keys"), State: templates.CheckOff, Queue: -1},
		}}},
		{"mails", in, templates.MailPreviewsPage{Mails: mails, Test: "/admin/mails/test", TestAddress: "margaux@example.org"}},
		{"mail", in, templates.MailPreviewPage{Name: i18n.M("Forgotten password"), Subject: "A new password for zoe.lefevre", Body: "/mails/" + loc.Tag() + "/reset.html", Text: "Hello Zoé,\n\n…", Languages: languages(loc), Back: "/admin/mails"}},
	}
}
