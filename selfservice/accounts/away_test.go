package accounts_test

import (
	"net/http"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/housetest"
)

func TestWhileTheDirectoryIsAwayNothingIsSaidToBeDone(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(t *testing.T, cards, edit *housetest.Page) *housetest.Page{
		"choosing": func(t *testing.T, cards, _ *housetest.Page) *housetest.Page { return choose(t, cards, "Ada Lovelace") },
		"removing": func(t *testing.T, _, edit *housetest.Page) *housetest.Page {
			return edit.Submit("main form", "remove", handle(t, edit, "Ada Lovelace"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := housetest.Start(t, housetest.Options{})
			b := g.SignIn(t, "ada")
			also(t, b, "grace")
			shown, edit := b.Get("/accounts"), b.Get("/accounts?edit=1")
			g.Directory.Stop(t)
			page := act(t, shown, edit)
			if page.Status != http.StatusServiceUnavailable || page.Says("is removed from this browser") || page.Says("Lovelace") {
				t.Errorf("status %d: %s", page.Status, page.Text("main"))
			}
			if status := b.Get("/accounts/photo/" + handle(t, shown, "Ada Lovelace") + "/x").Status; status != http.StatusServiceUnavailable {
				t.Errorf("the photo: status %d", status)
			}
		})
	}
}

func TestWhoWasRemovedInAnotherWindowIsGoneHereToo(t *testing.T) {
	t.Parallel()
	g := housetest.Start(t, housetest.Options{})
	b := g.SignIn(t, "ada")
	also(t, b, "grace")
	edit := b.Get("/accounts?edit=1")
	grace := handle(t, edit, "Grace Hopper")
	edit.Submit("main form", "remove", grace)
	page := edit.Submit("main form", "remove", grace)
	if page.Status != http.StatusOK || page.URL.Path != "/accounts" || cards(page) != "Ada Lovelace" {
		t.Errorf("removed once more: status %d at %s, the cards are %s", page.Status, page.URL, cards(page))
	}
}
