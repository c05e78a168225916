package sample

import (
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

func clients(loc *i18n.Locale) []Named {
	in := inside(loc, "/admin")
	kinds := []templates.ClientRecipe{{Name: "Nextcloud", URL: "?template=nextcloud"}, {Name: "Grafana", URL: "?template=grafana"}}
	form := templates.Form{Action: "/admin/clients/app/files", Sections: []templates.Section{{Title: loc.T("Settings"), Fields: []templates.Field{
		{Name: "name", Label: loc.T("Name"), Value: "Files", Widget: templates.WidgetText},
		{Name: "redirect_uris", Label: loc.T("People come back to"), Values: []string{"https://files.example.org/apps/user_oidc/code"}, Widget: templates.WidgetURL, Multiple: true},
	}}}}
	show := templates.ClientPage{
		ID: "files", Name: "Files", HasSecret: true, Issuer: "https://id.example.org", Redirects: []string{"https://files.example.org/apps/user_oidc/code"}, Recipes: kinds,
		Form: form, Rotate: "/admin/clients/app/files/secret", Remove: "/admin/clients/app/files/remove", Back: "/admin/clients",
	}
	made, wrong, fixed := show, show, show
	made.Secret, made.Kind, made.Paste = "c2VjcmV0LW9mLTI1Ni1yYW5kb20tYml0cw", "Nextcloud", "  Client ID  files\n"
	wrong.Wrong = i18n.M("That is not its client ID.")
	fixed.Fixed, fixed.HasSecret = true, false
	return []Named{
		{"clients", in, templates.ClientsPage{Recipes: kinds, Clients: []templates.ClientLine{
			{ID: "orders", Name: "Orders", Logo: Orders().Logo, URL: "/admin/clients/app/orders", Fixed: true, Loosened: true},
			{ID: "files", Name: "Files", URL: "/admin/clients/app/files"}, {ID: "odd", Name: "odd", URL: "/admin/clients/app/odd", Broken: "unexpected end of JSON input"},
		}}},
		{"clients-none", in, templates.ClientsPage{Recipes: kinds}},
		{"client-new", in, templates.ClientNewPage{Kind: "Nextcloud", Form: form}},
		{"client", in, show}, {"client-made", in, made}, {"client-wrong", in, wrong}, {"client-fixed", in, fixed},
	}
}
