package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

//go:embed html mail static css
var builtin embed.FS

// Options are what a Renderer is made from. Every field may be left zero.
type Options struct {
	// Theme is a folder that overrides parts of the looks (see Theme); nil: none.
	Theme fs.FS
	Brand Brand
	// Bundle holds the languages. When nil, the built-in ones are loaded with the theme's i18n folder on top.
	Bundle *i18n.Bundle
	// Now is the clock for relative times; time.Now when nil.
	Now func() time.Time
}

// Renderer turns page structs into HTML. It is made once, never changes, and is safe for concurrent use.
type Renderer struct {
	brand  Brand
	bundle *i18n.Bundle
	now    func() time.Time
	assets *assets
	// By language tag, then by name.
	pages map[string]map[string]*template.Template
	mails map[string]map[string]*mailTemplate
}

// New parses every template and checks that each page can be rendered. What is wrong in a theme is reported with its file and line.
func New(o Options) (*Renderer, error) {
	theme, err := loadTheme(o.Theme)
	if err != nil {
		return nil, fmt.Errorf("reading the theme: %w", err)
	}
	r := &Renderer{brand: theme.brand(o.Brand), bundle: o.Bundle, now: o.Now}
	if r.now == nil {
		r.now = time.Now
	}
	if r.bundle == nil {
		if r.bundle, err = i18n.Load(theme.translations); err != nil {
			return nil, fmt.Errorf("reading the texts: %w", err)
		}
	}
	if r.assets, err = newAssets(theme); err != nil {
		return nil, fmt.Errorf("reading the static files: %w", err)
	}
	if err := r.parsePages(theme); err != nil {
		return nil, err
	}
	if err := r.parseMails(theme); err != nil {
		return nil, err
	}
	return r, nil
}

// Bundle returns the languages the renderer speaks.
func (r *Renderer) Bundle() *i18n.Bundle { return r.bundle }

// Brand returns the name and addresses shown on pages, with what the theme adds.
func (r *Renderer) Brand() Brand { return r.brand }

// Static serves the style sheet, scripts and images below StaticPrefix.
func (r *Renderer) Static() http.Handler { return r.assets }

// Asset returns the content-hashed address of a static file ("logo.svg"), or "" if there is none.
func (r *Renderer) Asset(name string) string { return r.assets.url(name) }

// Page renders a whole page. Nothing is written to w unless everything could be rendered.
func (r *Renderer) Page(w io.Writer, loc *i18n.Locale, layout Layout, page Page) error {
	return r.render(w, loc, "page", layout, page)
}

// Partial renders one block of a page ("strength"), for htmx. The layout is empty.
func (r *Renderer) Partial(w io.Writer, loc *i18n.Locale, block string, page Page) error {
	return r.render(w, loc, block, Layout{}, page)
}

func (r *Renderer) render(w io.Writer, loc *i18n.Locale, block string, layout Layout, page Page) error {
	name := page.Template()
	set, ok := r.pages[loc.Tag()][name]
	if !ok {
		return fmt.Errorf("rendering the page %s in %s: no such page or language", name, loc.Tag())
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, block, r.view(loc, layout, page)); err != nil {
		return fmt.Errorf("rendering the page %s: %w", name, err)
	}
	_, err := b.WriteTo(w)
	return err
}

func (r *Renderer) view(loc *i18n.Locale, layout Layout, page Page) view {
	v := view{Layout: layout, Page: page, Brand: r.brand, Lang: loc.Tag(), Dir: loc.Dir(), Now: r.now()}
	if v.Layout.Home == "" {
		v.Layout.Home = "/"
	}
	if p, ok := page.(interface{ Summary() []Problem }); ok {
		v.Problems = p.Summary()
	}
	return v
}

// parsePages makes one template set per page and language: the frame and the parts, and the page's own file on top.
func (r *Renderer) parsePages(theme *theme) error {
	shared, err := r.parseShared(theme)
	if err != nil {
		return err
	}
	r.pages = map[string]map[string]*template.Template{}
	for _, page := range emptyPages() {
		set, err := shared.Clone()
		if err != nil {
			return fmt.Errorf("preparing the page %s: %w", page.Template(), err)
		}
		if err := theme.parse(set, "html/"+page.Template()+".html"); err != nil {
			return err
		}
		for _, loc := range r.bundle.Locales() {
			localised, err := set.Clone()
			if err != nil {
				return fmt.Errorf("preparing the page %s: %w", page.Template(), err)
			}
			localised.Funcs(r.functions(loc))
			if r.pages[loc.Tag()] == nil {
				r.pages[loc.Tag()] = map[string]*template.Template{}
			}
			r.pages[loc.Tag()][page.Template()] = localised
		}
		if err := r.tryPage(page); err != nil {
			return err
		}
	}
	return nil
}

func (r *Renderer) parseShared(theme *theme) (*template.Template, error) {
	set := template.New("").Funcs(r.functions(r.bundle.Locales()[0]))
	names, err := fs.Glob(builtin, "html/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("looking for the parts of pages: %w", err)
	}
	for _, name := range append([]string{"html/frame.html"}, names...) {
		if err := theme.parse(set, name); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// tryPage renders a page without data. html/template finds mistakes of context (a quote that is missing, say) only when it runs.
func (r *Renderer) tryPage(page Page) error {
	block := "page"
	if _, partial := page.(StrengthMeter); partial {
		block = "strength"
	}
	if err := r.render(io.Discard, r.bundle.Locales()[0], block, Layout{}, page); err != nil {
		return fmt.Errorf("the templates cannot be used: %w", err)
	}
	return nil
}

// emptyPages is one of each page.
func emptyPages() []Page {
	return []Page{
		LoginPage{}, PasswordPage{}, FirstSignInPage{}, AccountsPage{}, SignOutPage{}, SignedOutPage{},
		ForgotPage{}, ForgotSentPage{}, ResetPage{}, ResetDonePage{}, LinkProblemPage{}, ChangePage{}, ChangedPage{}, StrengthMeter{},
		HomePage{}, ProfilePage{}, MailConfirmPage{}, MailConfirmedPage{},
		InvitePage{}, InvitedPage{}, AcceptPage{}, WelcomePage{},
		ConsentPage{}, DevicePage{}, DeviceDonePage{}, ApplicationsPage{}, FormPostPage{},
		SessionsPage{}, EverywherePage{},
		ErrorPage{}, OAuthErrorPage{},
		StatusPage{}, MailPreviewsPage{}, MailPreviewPage{},
		ClientsPage{}, ClientNewPage{}, ClientPage{},
	}
}

// Names lists what can be rendered: pages as "signin/login", mails as "mail/reset".
func (r *Renderer) Names() []string {
	var names []string
	for _, page := range emptyPages() {
		names = append(names, page.Template())
	}
	for _, mail := range emptyMails() {
		names = append(names, "mail/"+mail.Template())
	}
	return names
}
