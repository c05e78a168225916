package clients

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/recipes"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// The names of the inputs are those of RFC 7591, so that what Client.Check complains of finds its input.
const (
	inputID        = "client_id"
	inputName      = "client_name"
	inputURL       = "client_uri"
	inputRedirects = "redirect_uris"
	inputScope     = "scope"
	inputTrusted   = "trusted"
	inputPublic    = "public"
	inputTemplate  = "template"
)

// form draws the settings of a client, new ones with their id and address first.
func (f *Flow) form(c *rp.Client, loc *i18n.Locale, fresh bool) templates.Form {
	tick := map[bool]string{true: "1"}
	section := templates.Section{Title: loc.T("Settings")}
	if fresh {
		section.Fields = append(section.Fields, templates.Field{
			Name: inputID, Label: loc.T("Client ID"), Hint: loc.T("The word by which it calls itself: small letters, digits, - and _."), Value: c.ID,
			Widget: templates.WidgetUsername, Required: true, MaxLength: 64, Autocomplete: "off",
		})
	}
	section.Fields = append(section.Fields,
		templates.Field{Name: inputName, Label: loc.T("Name"), Hint: loc.T("What people read when they are asked to let it in."), Value: c.Name, Widget: templates.WidgetText, MaxLength: 100, Autocomplete: "off"},
		templates.Field{Name: inputURL, Label: loc.T("Address of the application"), Value: c.URL, Widget: templates.WidgetURL, MaxLength: 2048, Autocomplete: "off"},
		templates.Field{
			Name: inputRedirects, Label: loc.T("People come back to"), Hint: loc.T("Letter by letter what the application sends (its redirect URI)."), Values: c.RedirectURIs,
			Widget: templates.WidgetText, Multiple: true, MaxLength: 2048, Autocomplete: "off",
		},
		templates.Field{Name: inputScope, Label: loc.T("What it may ask for"), Hint: loc.T("Scopes, separated by spaces; empty means all."), Value: c.Scope, Widget: templates.WidgetText, MaxLength: 2048, Autocomplete: "off"},
		templates.Field{Name: inputTrusted, Label: loc.T("It belongs to the house: nobody is asked for consent"), Value: tick[c.Trusted], Widget: templates.WidgetCheckbox},
	)
	if fresh {
		section.Fields = append(section.Fields, templates.Field{Name: inputPublic, Label: loc.T("It can keep no secret: it runs in a browser or on a telephone"), Widget: templates.WidgetCheckbox})
	}
	return templates.Form{Sections: []templates.Section{section}}
}

// read takes the settings of a posted form.
func read(form url.Values, c *rp.Client) {
	c.Name, c.Scope = strings.TrimSpace(form.Get(inputName)), strings.Join(strings.Fields(form.Get(inputScope)), " ")
	c.URL, c.Trusted = strings.TrimSpace(form.Get(inputURL)), form.Get(inputTrusted) != ""
	c.RedirectURIs = nil
	for _, u := range form[inputRedirects] {
		if u = strings.TrimSpace(u); u != "" {
			c.RedirectURIs = append(c.RedirectURIs, u)
		}
	}
}

// mark puts what is wrong at the inputs that it is about; what has no input here is told above them, with its name.
func mark(form *templates.Form, wrong ...error) {
	for _, err := range wrong {
		e, ok := fault.WordsOf(err)
		if !ok || e.Field == "" {
			form.Problems = append(form.Problems, templates.Problem{Message: i18n.M("This cannot be taken: %s", audit.Clean(err.Error(), 300))})
			continue
		}
		message := i18n.M(e.Words, e.Args...)
		if !form.SetError(e.Field, message) {
			form.Problems = append(form.Problems, templates.Problem{Message: i18n.M("%s: %s", e.Field, message)})
		}
	}
}

func recipeOf(name string) (recipes.Recipe, error) {
	if name == "" {
		name = recipes.Generic
	}
	recipe, ok := recipes.Find(name)
	if !ok {
		return recipe, fault.New(fault.NotFound, "there is no template %q", name)
	}
	return recipe, nil
}

func (f *Flow) ask(w http.ResponseWriter, r *http.Request, _ *visit.Visitor) error {
	recipe, err := recipeOf(r.URL.Query().Get(inputTemplate))
	if err != nil {
		return err
	}
	c := &rp.Client{Scope: recipe.Scope}
	if recipe.Name != recipes.Generic {
		c.ID, c.Name = strings.ToLower(recipe.Title), recipe.Title
	}
	return f.askPage(w, r, http.StatusOK, recipe, c)
}

func (f *Flow) askPage(w http.ResponseWriter, r *http.Request, status int, recipe recipes.Recipe, c *rp.Client, wrong ...error) error {
	loc := f.Kit.Locale(r)
	page := templates.ClientNewPage{Form: f.form(c, loc, true)}
	page.Form.Action, page.Form.Cancel, page.Form.Submit = Path+"/new", Path, i18n.M("Add the application")
	page.Form.Hidden = []templates.Hidden{{Name: inputTemplate, Value: recipe.Name}}
	if recipe.Name != recipes.Generic {
		page.Kind = recipe.Title
		section := &page.Form.Sections[0]
		section.Fields = slices.DeleteFunc(section.Fields, func(field templates.Field) bool { return field.Name == inputRedirects })
		at := slices.IndexFunc(section.Fields, func(field templates.Field) bool { return field.Name == inputURL })
		section.Fields[at].Required, section.Fields[at].Hint = true, loc.T("People come back to the right places below it.")
	}
	mark(&page.Form, wrong...)
	return f.Kit.Page(w, r, status, page)
}

func (f *Flow) add(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	recipe, err := recipeOf(form.Get(inputTemplate))
	if err != nil {
		return err
	}
	c := &rp.Client{ID: strings.TrimSpace(form.Get(inputID))}
	read(form, c)
	var secret string
	if form.Get(inputPublic) == "" {
		if secret, err = rp.NewSecret(); err != nil {
			return err
		}
		c.Secrets = []string{rp.DigestSecret(secret)}
	}
	if len(recipe.Callbacks) > 0 {
		known, err := recipe.Client(c.URL)
		if err != nil {
			return f.askPage(w, r, http.StatusUnprocessableEntity, recipe, c, err)
		}
		c.URL, c.RedirectURIs = known.URL, known.RedirectURIs
	}
	if wrong := c.Check(); len(wrong) > 0 {
		return f.askPage(w, r, http.StatusUnprocessableEntity, recipe, c, wrong...)
	}
	err = f.Registry.Add(r.Context(), c)
	if fault.Is(err, fault.Conflict) {
		return f.askPage(w, r, http.StatusConflict, recipe, c, fault.Say(fault.Conflict, inputID, "There is an application of that id already."))
	}
	if err != nil {
		return err
	}
	f.note(r, v, audit.ClientRegistered, c.ID, "template "+recipe.Name)
	return f.page(w, r, http.StatusOK, rp.Entry{ID: c.ID, Client: c}, func(p *templates.ClientPage) error {
		p.Secret = secret
		return f.paste(p, recipe, c, secret)
	})
}

func (f *Flow) edit(w http.ResponseWriter, r *http.Request, v *visit.Visitor) error {
	form, err := web.Form(r)
	if err != nil {
		return err
	}
	id := r.PathValue("id")
	var tried *rp.Client
	client, err := f.Registry.Change(r.Context(), id, func(c *rp.Client) error {
		read(form, c)
		tried = c
		return nil
	})
	if fault.Is(err, fault.Invalid) && tried != nil {
		return f.page(w, r, http.StatusUnprocessableEntity, rp.Entry{ID: id, Client: tried}, func(p *templates.ClientPage) error {
			mark(&p.Form, tried.Check()...)
			return nil
		})
	}
	if err != nil {
		return err
	}
	f.note(r, v, audit.ClientChanged, id, "")
	f.Kit.Flash(w, r, templates.FlashDone, i18n.M("%s is changed.", client.DisplayName()))
	return f.Kit.SeeOther(w, r, pathOf(id))
}

// loosened says in words in which points a client goes beyond the others.
func loosened(c *rp.Client) []i18n.Message {
	var all []i18n.Message
	for _, l := range c.Loosened() {
		switch key, _, _ := strings.Cut(l, ":"); key {
		case "response_types":
			all = append(all, i18n.M("tokens travel through the browser's address bar"))
		case "redirect_uris":
			all = append(all, i18n.M("people come back to localhost by name"))
		case "trusted":
			all = append(all, i18n.M("nobody is asked for consent"))
		case "always_refresh":
			all = append(all, i18n.M("it stays signed in without asking to"))
		case "may_introspect":
			all = append(all, i18n.M("it may ask about the tokens of every application"))
		case "access_token_format":
			all = append(all, i18n.M("an API that does not ask here takes a token that was revoked until it expires"))
		case "claims_in_id_token":
			all = append(all, i18n.M("what it knows of people stands in its ID tokens"))
		default:
			all = append(all, i18n.M("it may do more than others: %s", l))
		}
	}
	return all
}
