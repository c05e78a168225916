package webtest

import (
	"bytes"
	"sync"
	"testing"

	"github.com/wicketgate/wicketgate/gateway/seal"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/templates"
)

// Keyring is a keyring with a fixed secret.
func Keyring(t testing.TB) *seal.Keyring {
	t.Helper()
	keyring, err := seal.New(bytes.Repeat([]byte("k"), seal.MinSecret))
	if err != nil {
		t.Fatalf("making a keyring: %v", err)
	}
	return keyring
}

// theRenderer is made once for all tests of a package: it takes a while and never changes.
var theRenderer = sync.OnceValues(func() (*templates.Renderer, error) { return templates.New(templates.Options{}) })

// Renderer draws the real pages.
func Renderer(t testing.TB) *templates.Renderer {
	t.Helper()
	renderer, err := theRenderer()
	if err != nil {
		t.Fatalf("reading the templates: %v", err)
	}
	return renderer
}

// Kit makes a web kit with the real pages; what opts leaves out is filled in.
func Kit(t testing.TB, opts web.Options) *web.Kit {
	t.Helper()
	if opts.Renderer == nil {
		renderer := Renderer(t)
		opts.Renderer, opts.Bundle = renderer, renderer.Bundle()
	}
	if opts.Sealer == nil {
		opts.Sealer = Keyring(t)
	}
	if opts.PublicURL == "" {
		opts.PublicURL = "http://127.0.0.1"
	}
	kit, err := web.New(opts)
	if err != nil {
		t.Fatalf("making the web kit: %v", err)
	}
	return kit
}
