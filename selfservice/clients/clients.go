// Package clients has the pages on which administrators look after applications: what `wicketgate client` does, for a browser.
//
//	GET  /admin/clients                     all of them, and what can be added
//	GET  /admin/clients/new                 the form for a kind of application (?template=nextcloud)
//	POST /admin/clients/new                 registers it, and shows its secret and what to paste
//	GET  /admin/clients/app/{id}            one of them (?template=... for what to paste)
//	POST /admin/clients/app/{id}            changes it
//	POST /admin/clients/app/{id}/secret     gives it a new secret, and shows it
//	POST /admin/clients/app/{id}/remove     removes it, if its id was typed
//
// All of them need the ability manage_clients, and leave audit lines. forms.go reads and draws the forms. The flow is mounted by gateway; it imports
// gateway/{oidc,recipes,visit,web,audit}, ldapmap/policy and templates.
package clients

import (
	"net/http"
	"net/url"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/recipes"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// Path is where the list is.
const Path = "/admin/clients"

// keep is how long an old secret stays valid when a new one is made here.
const keep = 24 * time.Hour

// Flow has what the pages need. All fields are required, but Audit may be nil.
type Flow struct {
	Kit      *web.Kit
	Door     *visit.Door
	Registry *rp.Registry
	Issuer   string
	Audit    *audit.Log
}

// Mount adds the routes.
func (f *Flow) Mount(mux *http.ServeMux) {
	page := func(pattern string, h visit.Handler) {
		mux.Handle(pattern, f.Kit.Handle(f.Door.Can(policy.ManageClients, h)))
	}
	page("GET /admin/clients", f.list)
	page("GET /admin/clients/new", f.ask)
	page("POST /admin/clients/new", f.add)
	page("GET /admin/clients/app/{id}", f.show)
	page("POST /admin/clients/app/{id}", f.edit)
	page("POST /admin/clients/app/{id}/secret", f.rotate)
	page("POST /admin/clients/app/{id}/remove", f.remove)
}

func pathOf(id string) string { return Path + "/app/" + url.PathEscape(id) }

// kinds are links to address?template=... for every recipe.
func kinds(address string, loc *i18n.Locale) []templates.ClientRecipe {
	var all []templates.ClientRecipe
	for _, r := range recipes.All() {
		name := r.Title
		if r.Name == recipes.Generic {
			name = loc.T("Another application")
		}
		all = append(all, templates.ClientRecipe{Name: name, URL: address + "?template=" + r.Name})
	}
	return all
}

func (f *Flow) list(w http.ResponseWriter, r *http.Request, _ *visit.Visitor) error {
	all, err := f.Registry.List(r.Context())
	if err != nil {
		return err
	}
	page := templates.ClientsPage{Recipes: kinds(Path+"/new", f.Kit.Locale(r))}
	for _, e := range all {
		line := templates.ClientLine{ID: e.ID, Name: e.ID, URL: pathOf(e.ID), Fixed: e.Configured}
		if e.Broken != nil {
			line.Broken = audit.Clean(e.Broken.Error(), 300)
		} else {
			line.Name, line.Logo, line.Loosened = e.Client.DisplayName(), e.Client.Logo, len(e.Client.Loosened()) > 0
		}
		page.Clients = append(page.Clients, line)
	}
	return f.Kit.Page(w, r, http.StatusOK, page)
}

func (f *Flow) show(w http.ResponseWriter, r *http.Request, _ *visit.Visitor) error {
	e, err := f.Registry.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return f.page(w, r, http.StatusOK, e, func(p *templates.ClientPage) error {
		if name := r.URL.Query().Get("template"); name != "" {
			recipe, ok := recipes.Find(name)
			if !ok {
				return fault.New(fault.NotFound, "there is no template %q", name)
			}
			return f.paste(p, recipe, e.Client, "")
		}
		return nil
	})
}

// page shows one application; more adds to the page.
func (f *Flow) page(w http.ResponseWriter, r *http.Request, status int, e rp.Entry, more func(p *templates.ClientPage) error) error {
	loc, c := f.Kit.Locale(r), e.Client
	p := templates.ClientPage{
		ID: e.ID, Name: c.DisplayName(), Fixed: e.Configured, HasSecret: !c.Public(), Issuer: f.Issuer, Redirects: c.RedirectURIs, Loosened: loosened(c),
		Recipes: kinds(pathOf(e.ID), loc), Back: Path,
	}
	if !e.Configured {
		p.Form, p.Remove = f.form(c, loc, false), pathOf(e.ID)+"/remove"
		p.Form.Action = pathOf(e.ID)
		if c.HasSecret() {
			p.Rotate = pathOf(e.ID) + "/secret"
		}
	}
	if err := more(&p); err != nil {
		return err
	}
	if p.Secret != "" {
		w.Header().Set("Cache-Control", "no-store")
	}
	return f.Kit.Page(w, r, status, p)
}

func (f *Flow) paste(p *templates.ClientPage, recipe recipes.Recipe, c *rp.Client, secret string) (err error) {
	if recipe.Name != recipes.Generic {
		p.Kind = recipe.Title
	}
	p.Paste, err = recipe.Paste(recipes.For(f.Issuer, c, secret))
	return err
}

// note writes an audit line.
func (f *Flow) note(r *http.Request, v *visit.Visitor, action audit.Action, client, detail string) {
	f.Audit.Event(r.Context(), audit.Event{Action: action, Client: client, Actor: v.User.ID, Detail: detail, IP: web.ClientIP(r), RequestID: web.RequestID(r)})
}

func (f *Flow) rotate(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	lasts := keep
	if form.Get("now") != "" {
		lasts = 0
	}
	id := r.PathValue("id")
	secret, client, err := f.Registry.RotateSecret(r.Context(), id, lasts)
	if err != nil {
		return err
	}
	f.note(r, v, audit.ClientChanged, id, "new secret; the old one ends in "+lasts.String())
	return f.page(w, r, http.StatusOK, rp.Entry{ID: id, Client: client}, func(p *templates.ClientPage) error { p.Secret = secret; return nil })
}

func (f *Flow) remove(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	if form.Get("typed") != id {
		e, err := f.Registry.Get(r.Context(), id)
		if err != nil {
			return err
		}
		return f.page(w, r, http.StatusUnprocessableEntity, e, func(p *templates.ClientPage) error {
			p.Wrong = i18n.M("That is not its client ID.")
			return nil
		})
	}
	if err := f.Registry.Remove(r.Context(), id); err != nil {
		return err
	}
	f.note(r, v, audit.ClientDeleted, id, "")
	f.Kit.Flash(w, r, templates.FlashDone, i18n.M("%s is removed.", id))
	return f.Kit.SeeOther(w, r, Path)
}
