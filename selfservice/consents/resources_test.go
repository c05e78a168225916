package consents_test

import (
	"net/url"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
)

const stockURI = "https://stock.example.org"

// stock is an API for the application "orders".
func stock() []rp.Resource {
	return []rp.Resource{{URI: stockURI, Name: "Stock", Clients: []string{"orders"}, Scopes: []rp.ResourceScope{
		{Name: "stock.read", Label: map[string]string{"en": "See what is in stock", "fr": "Voir le stock"}}, {Name: "stock.write"},
	}}}
}

func TestThePageSaysWhichAPITheApplicationWouldUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser("en")
	request := ask("orders", "openid stock.read") + "&" + url.Values{"resource": {stockURI}}.Encode()
	page := w.consent(b.Get(request))
	if page.Text("h1") != "May Orders do this?" || !page.Says("Use Stock in your name") || page.Text(".can") != "See what is in stock" || page.Says("stock.read") || page.Says("nothing else about you") || page.Has(".badge") {
		t.Errorf("the question: %s", page.Text("main"))
	}
	w.home(page.Submit("form[action='/consent']", "decision", "accept"))
	w.home(b.Get(request)) // remembered
	for _, words := range []string{"Use Stock in your name", "Stock: See what is in stock"} {
		if page := b.Get("/applications"); !page.Says(words) || page.Says(stockURI) {
			t.Errorf("among the applications: %s", page.Text("main"))
		}
	}
	page = w.consent(b.Get(ask("orders", "openid stock.read stock.write")))
	if page.Find(".badge").Length() != 1 || page.Text(".can li:last-child") != "stock.write" {
		t.Errorf("for more of it: %s", page.Text("main"))
	}
	w.signsIn("andre") // whose entry says that he speaks French
	if page = w.consent(w.browser("en").Get(request)); !page.Says("Utiliser Stock en votre nom") || !page.Says("Voir le stock") {
		t.Errorf("in French: %s", page.Text("main"))
	}
}
