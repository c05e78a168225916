package oidc_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

// listener is an application with a back channel.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	status []int // answers to come; 200 when there is none
	tokens chan string
}

func listen(t *testing.T, status ...int) *listener {
	t.Helper()
	l := &listener{status: status, tokens: make(chan string, 100)}
	l.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		answer := http.StatusOK
		if len(l.status) > 0 {
			answer, l.status = l.status[0], l.status[1:]
		}
		l.mu.Unlock()
		rw.WriteHeader(answer)
		l.tokens <- r.PostFormValue("logout_token")
	}))
	t.Cleanup(l.Close)
	return l
}

// next waits for a logout token and returns its claims, verified with the published keys as an application does.
func (l *listener) next(w *world) map[string]any {
	w.t.Helper()
	var text string
	select {
	case text = <-l.tokens:
	case <-time.After(30 * time.Second):
		w.t.Fatal("no logout token came")
	}
	signed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		w.t.Fatalf("the logout token: %v", err)
	}
	if typ := signed.Signatures[0].Header.ExtraHeaders["typ"]; typ != "logout+jwt" {
		w.t.Errorf("typ is %v", typ)
	}
	var set jose.JSONWebKeySet
	fetch(w.t, w, "/oauth/jwks", &set)
	payload, err := signed.Verify(set)
	if err != nil {
		w.t.Fatalf("the logout token's signature: %v", err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(payload, &claims); err != nil {
		w.t.Fatal(err)
	}
	return claims
}

func backChannel(l *listener) option {
	return withLogout(func(c *rp.Client) { c.BackChannelLogoutURI = l.URL + "/" + c.ID })
}

func TestBackChannelLogoutIsTriedAgain(t *testing.T) {
	t.Parallel()
	l := listen(t, 503)
	w := newWorld(t, backChannel(l))
	app, b := w.rp("orders"), w.browser()
	b.Get(logoutURL("id_token_hint", hintOf(t, app, b)))
	first, second := l.next(w), l.next(w)
	if first["jti"] == second["jti"] || first["sid"] != second["sid"] {
		t.Errorf("%v, then %v", first, second)
	}
	must(w, w.provider.Close(t.Context()))
	if !w.audited(audit.LogoutDelivered) || w.audited(audit.LogoutFailed) {
		t.Error("the audit line does not say delivered")
	}
}

func TestBackChannelLogoutThatIsRefusedIsWrittenDownAndNotRepeated(t *testing.T) {
	t.Parallel()
	l := listen(t, 400)
	w := newWorld(t, backChannel(l))
	app, b := w.rp("orders"), w.browser()
	b.Get(logoutURL("id_token_hint", hintOf(t, app, b)))
	must(w, w.provider.Close(t.Context()))
	if l.next(w); len(l.tokens) != 0 || !w.audited(audit.LogoutFailed) {
		t.Errorf("%d more; audit %s", len(l.tokens), w.audit)
	}
}

func TestBackChannelLogoutFollowsSignOutEverywhereAlsoLongAfterTheTokensExpired(t *testing.T) {
	t.Parallel()
	l := listen(t)
	w := newWorld(t, backChannel(l))
	app := w.rp("orders")
	sids := map[any]bool{}
	for range 2 {
		sids[app.idClaims(app.tokens(w.browser()))["sid"]] = true
	}
	w.later(30 * 24 * time.Hour)
	must(w, w.records.Tidy(t.Context(), w.person(ada)))
	must(w, w.sessions.EndAll(t.Context(), ada))
	for range 2 {
		delete(sids, l.next(w)["sid"])
	}
	if len(sids) != 0 {
		t.Errorf("never told of %v", sids)
	}
}
