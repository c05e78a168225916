// Package recipes knows well-known applications: where people come back to, which scopes they need, and what to paste into them.
//
// Each application is one text file in text/: a head of "key: value" lines, a line "---", and a text/template of what to paste. Adding an
// application is adding a file. The package is used by `wicketgate client` and by the administrators' pages (selfservice/clients), and imports
// gateway/oidc/rp alone.
package recipes

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"text/template"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

//go:embed text/*.txt
var texts embed.FS

// Generic is the recipe for any other application.
const Generic = "generic"

// Recipe is what is known about an application.
type Recipe struct {
	Name  string // of the recipe: "nextcloud"
	Title string // of the application: "Nextcloud"
	About string // what the recipe is for, in a line
	// Callbacks are the paths that people come back to, below the application's base URL.
	Callbacks []string
	Scope     string

	paste *template.Template
}

// Values are what a recipe's text speaks of.
type Values struct {
	Issuer string // the public URL of the gateway
	ID     string // of the client
	Secret string // empty: the client is public, or the secret was shown before
	Base   string // the application's own URL, without a slash at the end
	// Callback is the first redirect URI; Scope what the client may ask for.
	Callback, Scope string
}

// Placeholder stands in a text where the secret would, if it is not known any more.
const Placeholder = "THE-SECRET"

// All returns the recipes by name, the generic one last. It panics if a text cannot be read: a test reads each.
func All() []Recipe {
	files, err := fs.Glob(texts, "text/*.txt")
	if err != nil {
		panic(err)
	}
	var all []Recipe
	for _, f := range files {
		r, err := read(f)
		if err != nil {
			panic(fmt.Errorf("%s: %w", f, err))
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Recipe) int {
		if (a.Name == Generic) != (b.Name == Generic) {
			return map[bool]int{true: 1, false: -1}[a.Name == Generic]
		}
		return strings.Compare(a.Name, b.Name)
	})
	return all
}

// Find returns the recipe of a name.
func Find(name string) (Recipe, bool) {
	all := All()
	i := slices.IndexFunc(all, func(r Recipe) bool { return r.Name == name })
	if i < 0 {
		return Recipe{}, false
	}
	return all[i], true
}

// Names lists the names, for help texts.
func Names() []string {
	var names []string
	for _, r := range All() {
		names = append(names, r.Name)
	}
	return names
}

func read(file string) (Recipe, error) {
	raw, err := texts.ReadFile(file)
	if err != nil {
		return Recipe{}, err
	}
	head, body, found := strings.Cut(string(raw), "\n---\n")
	if !found {
		return Recipe{}, errors.New("there is no line ---")
	}
	name := strings.TrimSuffix(strings.TrimPrefix(file, "text/"), ".txt")
	r := Recipe{Name: name}
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "title":
			r.Title = value
		case "about":
			r.About = value
		case "callback":
			r.Callbacks = append(r.Callbacks, value)
		case "scope":
			r.Scope = value
		default:
			return Recipe{}, fmt.Errorf("unknown key %q", key)
		}
	}
	r.paste, err = template.New(name).Funcs(template.FuncMap{"words": strings.Fields}).Parse(body)
	return r, err
}

// Client returns the client of an application at base. Errors: a *rp.Problem if base is no web address, or the recipe needs one.
func (r Recipe) Client(base string) (*rp.Client, error) {
	c := &rp.Client{Name: r.Title, Scope: r.Scope}
	if r.Name == Generic {
		c.Name = ""
	}
	if base == "" && len(r.Callbacks) == 0 {
		return c, nil
	}
	base = strings.TrimSuffix(base, "/")
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, &rp.Problem{Field: "client_uri", Words: "%s is not the address of an application, such as https://%s.example.org.", Args: []any{base, r.Name}}
	}
	c.URL = base
	for _, path := range r.Callbacks {
		c.RedirectURIs = append(c.RedirectURIs, base+path)
	}
	return c, nil
}

// Paste returns what to paste into the application.
func (r Recipe) Paste(v Values) (string, error) {
	var b strings.Builder
	if v.Secret == "" {
		v.Secret = Placeholder
	}
	if err := r.paste.Execute(&b, v); err != nil {
		return "", fmt.Errorf("the recipe %s: %w", r.Name, err)
	}
	return b.String(), nil
}

// For returns the values of a client.
func For(issuer string, c *rp.Client, secret string) Values {
	v := Values{Issuer: issuer, ID: c.ID, Secret: secret, Base: strings.TrimSuffix(c.URL, "/"), Scope: c.Scope}
	if len(c.RedirectURIs) > 0 {
		v.Callback = c.RedirectURIs[0]
	}
	if v.Scope == "" {
		v.Scope = "openid profile email"
	}
	return v
}
