package consents_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/session"
	"github.com/wicketgate/wicketgate/gateway/state"
	"github.com/wicketgate/wicketgate/gateway/state/ldapstate"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/gateway/web/webtest"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/ldaptest"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
	"github.com/wicketgate/wicketgate/selfservice/consents"
)

const callback = "https://orders.example.org/callback"

// world is the pages over a real directory; the sign-in page signs in whoever the test says.
type world struct {
	t        *testing.T
	server   *httptest.Server
	provider *oidc.Provider
	records  *state.Records
	people   *directory.People

	mu  sync.Mutex
	who string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	s := ldaptest.Memdir(t, ldaptest.Options{})
	d, err := directory.Open(directory.Config{URLs: []string{s.URL}, StartTLS: true, CAFile: s.CAFile, BindDN: ldaptest.ServiceDN, BindPassword: ldaptest.ServicePassword})
	ok(t, err)
	t.Cleanup(func() { _ = d.Close() })
	preset, err := ldapmap.Preset("openldap")
	ok(t, err)
	mapping, problems := ldapmap.Compile(ldapmap.Spec{
		Users: ldapmap.UsersSpec{Base: ldapmap.Strings{ldaptest.PeopleDN}}, Groups: ldapmap.GroupsSpec{Base: ldapmap.Strings{ldaptest.GroupsDN}},
	}.Over(preset))
	rules, more := policy.Compile(policy.Default("admins"))
	if problems = append(problems, more...); len(problems) > 0 {
		t.Fatal(problems)
	}
	w := &world{t: t, who: "ada", people: directory.NewPeople(d, mapping)}
	store := ldapstate.New(d.Writer(), ldapstate.Config{Base: ldaptest.StateBase})
	ok(t, store.Prepare(t.Context()))
	w.records = state.NewRecords(store, nil)

	mux := http.NewServeMux()
	var kit *web.Kit
	w.server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { kit.Middleware(kit.Routes(mux)).ServeHTTP(rw, r) }))
	t.Cleanup(w.server.Close)
	renderer := webtest.Renderer(t)
	mux.Handle("GET /static/", renderer.Static())
	mux.Handle("GET /favicon.ico", http.RedirectHandler(renderer.Asset("favicon.svg"), http.StatusFound))
	kit = webtest.Kit(t, web.Options{Renderer: renderer, Bundle: renderer.Bundle(), PublicURL: w.server.URL, CrossOrigin: oidc.CrossOrigin()})
	sessions, err := session.New(webtest.Keyring(t), w.records, w.people, session.Config{PublicURL: w.server.URL}, nil)
	ok(t, err)
	colour := ldapmap.Field{Name: "favourite_colour", Claim: "favourite_colour", Custom: true, Label: ldapmap.Text{Own: map[string]string{"en": "Favourite colour", "fr": "Couleur préférée"}}}
	w.provider, err = oidc.New(oidc.Deps{
		Issuer: w.server.URL, Keyring: webtest.Keyring(t), Records: w.records, Store: store, People: w.people, Fields: append(mapping.Fields(), colour), Kit: kit, Sessions: sessions,
		Resources: stock(), Clients: []rp.Client{
			{ID: "orders", Name: "Orders", URL: "https://orders.example.org", Policy: "https://orders.example.org/privacy", RedirectURIs: []string{callback}},
			{ID: "intranet", Name: "Intranet", RedirectURIs: []string{callback}, Trusted: true},
		},
	})
	ok(t, err)
	w.provider.Mount(mux)
	door := &visit.Door{Kit: kit, Sessions: sessions, People: w.people, Policy: rules}
	(&consents.Flow{Kit: kit, Door: door, Provider: w.provider}).Mount(mux)
	mux.Handle("GET /signin", kit.Handle(func(rw http.ResponseWriter, r *http.Request) error {
		w.mu.Lock()
		who := w.who
		w.mu.Unlock()
		if who == "" {
			return web.Status(http.StatusTeapot, "the sign-in page")
		}
		u, err := w.people.FindByLogin(r.Context(), who)
		if err != nil {
			return err
		}
		if err := sessions.Start(rw, r, u, session.Opts{AMR: []string{"pwd"}}); err != nil {
			return err
		}
		return kit.Leave(rw, r, kit.ReturnTo(rw, r).Path)
	}))
	mux.Handle("GET /accounts", kit.Handle(func(rw http.ResponseWriter, r *http.Request) error { // where nobody finds themselves
		return kit.SeeOther(rw, r, web.WithContinue("/signin", web.ContinueValue(r)))
	}))
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) signsIn(who string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.who = who
}

func (w *world) browser(lang string) *webtest.Browser {
	b := webtest.New(w.t, w.server.URL)
	b.Header.Set("Accept-Language", lang)
	return b
}

// ask is where an application sends the browser. The verifier is 43 times "v".
func ask(client, scope string) string {
	return "/oauth/authorize?" + url.Values{
		"client_id": {client}, "redirect_uri": {callback}, "response_type": {"code"}, "scope": {scope}, "state": {"s"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
}

const (
	verifier  = "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"
	challenge = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"
)

// consent fails the test unless the browser shows the consent page.
func (w *world) consent(page *webtest.Page) *webtest.Page {
	w.t.Helper()
	if page.Status != http.StatusOK || !page.Has("#accept") || !page.Has("#deny") {
		w.t.Fatalf("%s (status %d) is not the consent page: %s", page.URL, page.Status, page.Text("body"))
	}
	return page
}

// home fails the test unless the browser is back at the application, and returns what it brings.
func (w *world) home(page *webtest.Page) url.Values {
	w.t.Helper()
	if !strings.HasPrefix(page.URL.String(), callback) {
		w.t.Fatalf("the browser is at %s (status %d): %s", page.URL, page.Status, page.Text("body"))
	}
	return page.URL.Query()
}

func (w *world) record(who string) *state.Person {
	w.t.Helper()
	u, err := w.people.FindByLogin(w.t.Context(), who)
	ok(w.t, err)
	p, err := w.records.Person(w.t.Context(), u.ID)
	ok(w.t, err)
	return p
}

func TestThePageSaysInPlainWordsWhatTheApplicationWouldSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := w.consent(w.browser("en").Get(ask("orders", "openid profile email groups favourite_colour offline_access")))
	for _, words := range []string{"Orders", "Ada Lovelace", "Your name", "Your mail address", "ada@example.org", "The groups you are in", "admins", "staff", "Favourite colour", "while you are away", "What Orders does with your data"} {
		if !page.Says(words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	for _, jargon := range []string{"openid", "offline_access", "scope", "preferred_username", "countess@example.org"} {
		if page.Says(jargon) {
			t.Errorf("the page says %q", jargon)
		}
	}
	w.signsIn("andre") // whose entry says that he speaks French
	if page = w.consent(w.browser("en").Get(ask("orders", "openid favourite_colour"))); !page.Says("Couleur préférée") {
		t.Errorf("not in French: %s", page.Text("main"))
	}
	w.signsIn("ada")
	if page = w.consent(w.browser("en").Get(ask("orders", "openid"))); !page.Says("That it is you") {
		t.Errorf("an application that asks for nothing: %s", page.Text("main"))
	}
}

func TestYesIsRememberedForWhatWasAskedAndNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	page := w.consent(b.Get(ask("orders", "openid email")))
	if page.Says("allowed it before") || page.Has(".badge") {
		t.Error("the first time looks like a second")
	}
	if q := w.home(page.Submit("form[action='/consent']", "decision", "accept")); q.Get("code") == "" {
		t.Fatalf("after yes: %v", q)
	}
	for _, same := range []string{"openid email", "openid", "email openid"} {
		if q := w.home(b.Get(ask("orders", same))); q.Get("code") == "" {
			t.Errorf("%s again: %v", same, q)
		}
	}
	page = w.consent(b.Get(ask("orders", "openid email groups")))
	if !page.Says("allowed it before") || page.Find(".badge").Length() != 1 {
		t.Errorf("what is new is not marked: %s", page.Text("main"))
	}
	if q := w.home(page.Submit("form[action='/consent']", "decision", "accept")); q.Get("code") == "" {
		t.Errorf("after the second yes: %v", q)
	}
	if c, _ := w.record("ada").Consent("orders"); !slices.Equal(c.Scopes, []string{"openid", "email", "groups"}) || c.Trusted {
		t.Errorf("kept: %+v", c)
	}
}

func TestNoIsToldAndNothingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	q := w.home(w.consent(b.Get(ask("orders", "openid email"))).Submit("form[action='/consent']", "decision", "deny"))
	if q.Get("error") != "access_denied" || q.Get("state") != "s" || q.Get("iss") != w.server.URL {
		t.Errorf("after no: %v", q)
	}
	if _, given := w.record("ada").Consent("orders"); given {
		t.Error("a consent was kept")
	}
	w.consent(b.Get(ask("orders", "openid email"))) // asked again the next time
}

func TestTheOrganisationsOwnApplicationsDoNotAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	if q := w.home(b.Get(ask("intranet", "openid email"))); q.Get("code") == "" {
		t.Errorf("%v", q)
	}
	if c, _ := w.record("ada").Consent("intranet"); !c.Trusted {
		t.Errorf("the consent is not marked: %+v", c)
	}
	page := b.Get("/applications")
	if !page.Says("Intranet") || page.Has("form[action='/applications']") {
		t.Errorf("it can be taken back: %s", page.Text("main"))
	}
	if page = b.Post("/applications", "client", "intranet"); page.Status != http.StatusForbidden {
		t.Errorf("taking it back: %d", page.Status)
	}
}

func TestAnAnswerIsThatOfWhoSawTheQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	page := w.consent(b.Get(ask("orders", "openid email")))
	w.signsIn("grace")
	b.Get("/signin") // in another tab
	if q := w.home(page.Submit("form[action='/consent']", "decision", "accept")); q.Get("code") == "" {
		t.Errorf("Ada's answer: %v", q)
	}
	if _, given := w.record("ada").Consent("orders"); !given {
		t.Error("Ada's answer is not in her record")
	}
	if _, given := w.record("grace").Consent("orders"); given {
		t.Error("Ada's answer became Grace's consent")
	}
	page = w.consent(b.Get(ask("orders", "openid email") + "&prompt=login+consent"))
	if !page.Says("Grace Hopper") {
		t.Fatalf("who is asked now? %s", page.Text("main"))
	}
	w.signsIn("ada")
	b.Get("/signin")
	b.Forget()
	b.Get("/signin")
	// Her session is not in this browser any more: nobody else's answer is taken for hers.
	if again := w.consent(page.Submit("form[action='/consent']", "decision", "accept")); !again.Says("Ada Lovelace") {
		t.Errorf("who is asked now? %s", again.Text("main"))
	}
	if _, given := w.record("grace").Consent("orders"); given {
		t.Error("Ada's answer became Grace's consent")
	}
}

func TestNotYouLeadsToTheAccountsAndBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	page := w.consent(b.Get(ask("orders", "openid email")))
	w.signsIn("grace")
	if page = w.consent(page.Click("a[href^='/accounts']")); !page.Says("Grace Hopper") {
		t.Errorf("back as %s", page.Text("main"))
	}
}

func TestApplicationsAreListedAndTakenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	b.Get("/applications") // signs in
	if page := b.Get("/applications"); !page.Says("No application") {
		t.Errorf("before any: %s", page.Text("main"))
	}
	ok(t, w.provider.Register(t.Context(), &rp.Client{ID: "gone", Name: "Gone", RedirectURIs: []string{callback}}))
	for _, client := range []string{"orders", "gone"} {
		w.home(w.consent(b.Get(ask(client, "openid email favourite_colour offline_access"))).Submit("form[action='/consent']", "decision", "accept"))
	}
	code := w.home(b.Get(ask("orders", "openid email offline_access"))).Get("code")
	tok := w.token(url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}})
	if tok.refresh == "" {
		t.Fatalf("no tokens: %+v", tok)
	}
	ok(t, w.provider.Unregister(t.Context(), "gone"))
	page := b.Get("/applications")
	for _, words := range []string{"Orders", "Your mail address", "Favourite colour", "Access while you are away", "gone"} {
		if !page.Says(words) {
			t.Errorf("the page does not say %q: %s", words, page.Text("main"))
		}
	}
	page = page.Submit("form:has(input[value=orders])")
	if page.URL.Path != "/applications" || !page.Says("Orders may not know") || page.Has("input[value=orders]") {
		t.Errorf("after taking it back: %s", page.Text("main"))
	}
	if again := w.token(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tok.refresh}}); again.status != http.StatusBadRequest {
		t.Errorf("its refresh token works: %+v", again)
	}
	if page = b.Get("/applications").Submit("form:has(input[value=gone])"); page.Has("input[value=gone]") {
		t.Error("an application that is not registered any more cannot be taken back")
	}
	if page = b.Post("/applications", "client", "orders"); page.Status != http.StatusNotFound {
		t.Errorf("a second time: %d", page.Status)
	}
	w.consent(b.Get(ask("orders", "openid"))) // it has to ask again
}

func TestWhatIsNotARequestIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	page := w.consent(b.Get(ask("orders", "openid")))
	if bad := page.Submit("form[action='/consent']", "decision", "perhaps"); bad.Status != http.StatusBadRequest {
		t.Errorf("neither yes nor no: %d", bad.Status)
	}
	for name, path := range map[string]string{"none": "/consent", "made up": "/consent?resume=x"} {
		if bad := b.Get(path); bad.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, bad.Status)
		}
	}
	b.Header.Set("Sec-Fetch-Site", "cross-site")
	if bad := page.Submit("form[action='/consent']", "decision", "accept"); bad.Status != http.StatusForbidden {
		t.Errorf("another site answers: %d", bad.Status)
	}
	if _, given := w.record("ada").Consent("orders"); given {
		t.Error("one of them was taken for a yes")
	}
	b.Header.Del("Sec-Fetch-Site")
	b.Forget()
	w.signsIn("")
	if bad := b.Get(page.URL.RequestURI()); bad.Status != http.StatusTeapot {
		t.Errorf("nobody is signed in: %d at %s", bad.Status, bad.URL)
	}
	if bad := page.Submit("form[action='/consent']", "decision", "accept"); bad.Status != http.StatusTeapot {
		t.Errorf("nobody is signed in any more: %d at %s", bad.Status, bad.URL)
	}
}

type token struct {
	status  int
	refresh string
}

// token asks the token endpoint as the client "orders".
func (w *world) token(form url.Values) token {
	w.t.Helper()
	form.Set("client_id", "orders")
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.server.URL+"/oauth/token", strings.NewReader(form.Encode()))
	ok(w.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	ok(w.t, err)
	defer resp.Body.Close()
	var answer struct {
		Refresh string `json:"refresh_token"`
	}
	ok(w.t, json.NewDecoder(resp.Body).Decode(&answer))
	return token{resp.StatusCode, answer.Refresh}
}

func TestAClaimThatIsAskedForByNameIsAskedOnThePageAndRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	named := func(scope, claims string) string { return ask("orders", scope) + "&claims=" + url.QueryEscape(claims) }
	page := w.consent(b.Get(named("openid", `{"userinfo":{"given_name":{"essential":true},"email_verified":null,"address":null},"id_token":{"favourite_colour":null,"email":null,"nonsense":null}}`)))
	for _, words := range []string{"First name", "Ada", "Whether your mail address is confirmed", "Your postal address", "Favourite colour", "Your mail address", "ada@example.org"} {
		if !page.Says(words) {
			t.Errorf("the page does not say %q: %s", words, page.Text("main"))
		}
	}
	for _, jargon := range []string{"given_name", "nonsense", "email_verified", "Lovelace, "} {
		if page.Says(jargon) {
			t.Errorf("the page says %q", jargon)
		}
	}
	if q := w.home(page.Submit("form[action='/consent']", "decision", "accept")); q.Get("code") == "" {
		t.Fatalf("after yes: %v", q)
	}
	for _, less := range []string{named("openid", `{"userinfo":{"given_name":null}}`), named("openid", `{"id_token":{"email":null}}`)} {
		if q := w.home(b.Get(less)); q.Get("code") == "" {
			t.Errorf("%s again: %v", less, q)
		}
	}
	page = w.consent(b.Get(named("openid", `{"userinfo":{"given_name":null,"groups":null}}`)))
	if !page.Says("allowed it before") || page.Find(".badge").Length() != 1 || !page.Says("The groups you are in") {
		t.Errorf("what is new is not marked: %s", page.Text("main"))
	}
	// What a scope tells need not be asked for by name, and the other way round it has to: the scope tells more.
	page = w.consent(b.Get(ask("orders", "openid email")))
	if q := w.home(page.Submit("form[action='/consent']", "decision", "accept")); q.Get("code") == "" {
		t.Fatalf("after yes to the scope: %v", q)
	}
	if q := w.home(b.Get(named("openid", `{"userinfo":{"email":null,"email_verified":null}}`))); q.Get("code") == "" {
		t.Errorf("what the scope tells, by name: %v", q)
	}
	if page := b.Get("/applications"); !page.Says("First name") || !page.Says("Whether your mail address is confirmed") {
		t.Errorf("the list of applications does not say what was asked by name: %s", page.Text("main"))
	}
}
