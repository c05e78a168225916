package oidc

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ory/fosite"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

const (
	// maxRequest bounds the parameters of an authorization request, in bytes: sealed, they have to fit into an address.
	maxRequest = 4000
	// requestLasts is how long somebody may take to sign in and to consent.
	requestLasts = time.Hour
)

// ResumeParam is the parameter, in an address or a form, that holds a sealed request which waits for its person.
const ResumeParam = "resume"

// waiting is an authorization request on its way through the sign-in and consent pages. It travels in the address, sealed: no replica
// remembers it.
type waiting struct {
	Query string `json:"q"` // as the application sent it
	At    int64  `json:"t"` // when, in milliseconds since 1970
	// Resolved tells that Query holds the request itself, not where it is to be found; Pushed, that it came by RFC 9126.
	Resolved bool `json:"o,omitempty"`
	Pushed   bool `json:"p,omitempty"`
	// Looked tells that the provider has seen who was there then, and Seen which sessions those were (seenAs): a request for a fresh
	// sign-in is met by another session only.
	Looked bool     `json:"l,omitempty"`
	Seen   []string `json:"s,omitempty"`
	// Picked is the session that is meant, if it was chosen on a page of ours.
	Picked string `json:"c,omitempty"`
	// Shown is the session to which the consent page was shown: nobody else can answer it.
	Shown  string  `json:"w,omitempty"`
	Answer *answer `json:"a,omitempty"`
}

// answer is what the consent page found out. It is good for the session it was given in, and for nobody else.
type answer struct {
	Session string `json:"s"`
	Yes     bool   `json:"y"`
}

// request is an authorization request (RFC 6749 4.1.1, OpenID Connect Core 3.1.2.1) that has been read and found to be an honest one.
type request struct {
	waiting
	ar      *fosite.AuthorizeRequest
	client  *rp.Client
	wants   rp.Wanted
	mode    string // how the answer goes back
	wish           // what can be granted
	prompt  []string
	maxAge  time.Duration // below zero: not asked
	hint    *hintClaims   // what id_token_hint says; nil without one
	subject string        // the client's name for the person
	asked   asked         // claims that it asks for by name, and may see

	acr      claimRequest   // how acr is asked for
	subjects []claimRequest // how sub is asked for
}

func (q *request) form() url.Values        { return q.ar.Form }
func (q *request) at() time.Time           { return time.UnixMilli(q.At) }
func (q *request) prompts(how string) bool { return slices.Contains(q.prompt, how) }

// pageError is an error that must be shown to the person and never sent to an address that came with the request, because it is not known
// whose address that is (RFC 6749 4.1.2.1).
type pageError struct {
	*fosite.RFC6749Error
	client  *rp.Client
	details map[string]string
}

func (e *pageError) Unwrap() error { return e.RFC6749Error }

// readWaiting takes the request as the application sent it, or as it comes back from one of our pages. No I/O.
func (p *Provider) readWaiting(w http.ResponseWriter, r *http.Request) (waiting, error) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return waiting{}, &pageError{RFC6749Error: fosite.ErrInvalidRequest.WithHint("The request cannot be read.")}
	}
	sealed := r.Form.Get(ResumeParam)
	if sealed == "" {
		q := waiting{Query: r.Form.Encode(), At: p.Clock().UnixMilli()}
		if len(q.Query) > maxRequest {
			return q, &pageError{RFC6749Error: fosite.ErrInvalidRequest.WithHintf("The request has %d bytes; the limit is %d.", len(q.Query), maxRequest)}
		}
		return q, nil
	}
	var q waiting
	if err := p.open(purposeRequest, sealed, 2*maxRequest, &q); err != nil {
		return q, fault.Say(fault.Invalid, "", "This link to an application is not complete. Go back to the application and start again.")
	}
	if p.Clock().Sub(time.UnixMilli(q.At)) > requestLasts {
		return q, fault.Say(fault.Invalid, "", "This took too long. Go back to the application and start again.")
	}
	return q, nil
}

// parse checks a request with fosite, around the points where fosite is too strict or not strict enough; each is told below and has a test.
// Errors: a *pageError until the redirect URI is known to be the client's; after that the request is returned too, and the
// error (an *fosite.RFC6749Error) can be sent to it. At most one read, the client's.
func (p *Provider) parse(r *http.Request, q waiting) (*request, error) {
	form, err := url.ParseQuery(q.Query)
	if err != nil {
		return nil, &pageError{RFC6749Error: fosite.ErrInvalidRequest.WithHint("The request cannot be read.")}
	}
	for _, name := range []string{"client_id", "redirect_uri"} {
		if len(form[name]) > 1 {
			return nil, &pageError{RFC6749Error: fosite.ErrInvalidRequest.WithHintf("The parameter %s was sent more than once.", name)}
		}
	}
	ar, err := p.fosite.NewAuthorizeRequest(r.Context(), asFositeTakesIt(r, form))
	parsed, _ := ar.(*fosite.AuthorizeRequest)
	client := clientOf(parsed)
	var failed *fault.Error
	if errors.As(err, &failed) && failed.Code != fault.NotFound {
		return nil, failed // the client could not be read, which says nothing about the request
	}
	if client == nil || parsed.RedirectURI == nil {
		return nil, &pageError{RFC6749Error: fosite.ErrorToRFC6749Error(err), client: client, details: map[string]string{
			"client_id": form.Get("client_id"), "redirect_uri": form.Get("redirect_uri"),
		}}
	}
	parsed.State, parsed.Form = form.Get("state"), form
	req := &request{waiting: q, ar: parsed, client: client, maxAge: -1, mode: modeFor(form, parsed.RedirectURI)}
	if err == nil {
		err = p.check(req)
	}
	return req, err
}

// asFositeTakesIt is the request as it is handed to fosite. The differences to what was sent:
//   - a state of less than eight characters is refused there, and OpenID Connect lets it be missing; parse puts the real one back
//   - request and request_uri, registration and unknown response modes are refused there before the redirect URI was looked
//     at, so that the application would never hear of it; check refuses them
//   - a missing response_type is called unsupported_response_type there; check tells it apart
func asFositeTakesIt(r *http.Request, sent url.Values) *http.Request {
	form := url.Values{}
	for _, name := range []string{"client_id", "redirect_uri", "scope", "response_type"} {
		if v, ok := sent[name]; ok {
			form[name] = v[:1]
		}
	}
	form.Set("state", "replaced by Provider.parse")
	if form.Get("response_type") == "" {
		form.Set("response_type", "code")
	}
	fr := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: r.URL.Path}, Header: http.Header{}, Form: form}
	return fr.WithContext(r.Context())
}

// check looks at what fosite does not. Its errors go to the application.
func (p *Provider) check(q *request) error {
	form := q.form()
	for _, name := range []string{"response_type", "scope", "state", "response_mode", "nonce", "prompt", "max_age", "code_challenge", "code_challenge_method", "claims", "acr_values", "display", "ui_locales", "claims_locales", "id_token_hint", "login_hint"} {
		if len(form[name]) > 1 {
			return fosite.ErrInvalidRequest.WithHintf("The parameter %s was sent more than once.", name) // RFC 6749 3.1
		}
	}
	switch {
	case form.Get("registration") != "":
		return fosite.ErrRegistrationNotSupported
	case q.client.RequirePushed && !q.Pushed:
		return fosite.ErrInvalidRequest.WithHint("This client has to push its authorization requests (RFC 9126).")
	}
	if err := q.checkResponse(form); err != nil {
		return err
	}
	var err error
	if q.wish, err = p.wish(q.client, form); err != nil {
		return err
	}
	if q.wants.Code {
		if err := checkPKCE(q.client, form); err != nil {
			return err
		}
	}
	if err := p.checkClaims(q, form); err != nil {
		return err
	}
	return q.checkPrompt(form, p.promptValues())
}

// promptValues are those of OpenID Connect Core 3.1.2.1, and that of Initiating User Registration 1.0 where people can register.
func (p *Provider) promptValues() []string {
	values := []string{"none", "login", "consent", "select_account"}
	if p.RegisterPage != "" {
		values = append(values, "create")
	}
	return values
}

func (q *request) checkPrompt(form url.Values, known []string) error {
	q.prompt = strings.Fields(form.Get("prompt"))
	for _, how := range q.prompt {
		if !slices.Contains(known, how) {
			return fosite.ErrInvalidRequest.WithHint("The parameter prompt has an unknown value.")
		}
	}
	if q.prompts("none") && len(q.prompt) > 1 {
		return fosite.ErrInvalidRequest.WithHint("prompt=none goes with no other value.")
	}
	if q.client.DefaultMaxAge != nil {
		q.maxAge = time.Duration(*q.client.DefaultMaxAge) * time.Second
	}
	if age := form.Get("max_age"); age != "" {
		n, err := strconv.ParseInt(age, 10, 32)
		if err != nil || n < 0 {
			return fosite.ErrInvalidRequest.WithHint("The parameter max_age is not a number of seconds.")
		}
		q.maxAge = time.Duration(n) * time.Second
	}
	return nil
}
