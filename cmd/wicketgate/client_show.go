package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/gateway/recipes"
)

type clientListCommand struct {
	place `embed:""`
}

// Run lists the applications.
func (c clientListCommand) Run(ctx context.Context, std stdio) error {
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		all, err := d.List(ctx)
		if err != nil {
			return err
		}
		if d.json {
			list := []clientJSON{}
			for _, e := range all {
				list = append(list, describe(e))
			}
			return printJSON(std.out, list)
		}
		w := tabwriter.NewWriter(std.out, 0, 0, 2, ' ', 0)
		_, _ = fmt.Fprintln(w, "ID\tNAME\tFROM\tURL\tLOOSENED")
		for _, e := range all {
			from := "directory"
			if e.Configured {
				from = "file"
			}
			if e.Client == nil {
				_, _ = fmt.Fprintf(w, "%s\t\t%s\t\tcannot be read: %v\n", e.ID, from, e.Broken)
				continue
			}
			var loose []string
			for _, l := range e.Client.Loosened() {
				key, _, _ := strings.Cut(l, ":")
				loose = append(loose, key)
			}
			_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.ID, e.Client.DisplayName(), from, e.Client.URL, strings.Join(loose, " "))
		}
		return w.Flush()
	})
}

type clientShowCommand struct {
	place    `embed:""`
	ID       string `arg:"" help:"The client id."`
	Template string `short:"t" placeholder:"NAME" help:"Print what to paste into this kind of application, too."`
}

// Run shows an application.
func (c clientShowCommand) Run(ctx context.Context, std stdio) error {
	var recipe *recipes.Recipe
	if c.Template != "" {
		r, ok := recipes.Find(c.Template)
		if !ok {
			_ = fail(std, withHint(fmt.Errorf("there is no template %q", c.Template), "the templates are "+strings.Join(recipes.Names(), ", ")+"."))
			return exitStatus(exitUsage)
		}
		recipe = &r
	}
	return c.open(ctx, std, func(ctx context.Context, d *desk) error {
		e, err := d.Get(ctx, c.ID)
		if err != nil {
			return err
		}
		return d.show(e, shown{recipe: recipe})
	})
}

// clientJSON is a client as programs see it.
type clientJSON struct {
	ID       string   `json:"client_id"`
	Secret   string   `json:"client_secret,omitempty"` // once
	From     string   `json:"from"`
	Error    string   `json:"error,omitempty"`
	Loosened []string `json:"loosened,omitempty"`
	Paste    string   `json:"paste,omitempty"`
	*publicClient
}

// publicClient is a Client without its digests.
type publicClient rp.Client

func describe(e rp.Entry) clientJSON {
	j := clientJSON{ID: e.ID, From: "directory"}
	if e.Configured {
		j.From = "file"
	}
	if e.Client == nil {
		j.Error = fmt.Sprint(e.Broken)
		return j
	}
	j.publicClient, j.Loosened = (*publicClient)(e.Client.Said()), e.Client.Loosened()
	return j
}

// shown says what else to print about a client.
type shown struct {
	secret string
	recipe *recipes.Recipe
	done   string // "registered"; empty: nothing was done
}

// show prints a client.
func (d *desk) show(e rp.Entry, s shown) error {
	var paste string
	if s.recipe != nil {
		var err error
		if paste, err = s.recipe.Paste(recipes.For(d.issuer, e.Client, s.secret)); err != nil {
			return err
		}
	}
	if d.json {
		j := describe(e)
		j.Secret, j.Paste = s.secret, paste
		return printJSON(d.std.out, j)
	}
	c, w := e.Client, tabwriter.NewWriter(d.std.out, 0, 0, 2, ' ', 0)
	line := func(key, value string) {
		if value != "" {
			_, _ = fmt.Fprintf(w, "%s\t%s\n", key, value)
		}
	}
	if s.done != "" {
		_, _ = fmt.Fprintf(w, "The application %s is %s.\n\n", e.ID, s.done)
	}
	line("Client ID", e.ID)
	switch {
	case s.secret != "":
		line("Client secret", s.secret+"  (shown this once)")
	case c.Public():
		line("Client secret", "none: it must use PKCE")
	case !c.HasSecret():
		line("Client secret", "none: it signs with a key of its own")
	case len(c.SealedSecrets) > 0:
		line("Client secret", "kept sealed, because it signs with it; rotate-secret makes a new one")
	default:
		line("Client secret", "kept as a digest; rotate-secret makes a new one")
	}
	for _, old := range slices.Concat(c.Secrets, c.SealedSecrets) {
		if until, ends := c.SecretsUntil[old]; ends {
			line("", "an old one is valid until "+time.Unix(until, 0).UTC().Format(time.RFC3339))
		}
	}
	line("Issuer", d.issuer)
	line("Name", c.DisplayName())
	line("URL", c.URL)
	for i, u := range c.RedirectURIs {
		line(map[bool]string{true: "Redirect URIs"}[i == 0], u)
	}
	line("Scopes", cmp.Or(c.Scope, "all"))
	line("Proves itself by", c.AuthMethod)
	line("Keys", c.JWKSURI)
	line("Grant types", strings.Join(c.Grants, ", "))
	line("Response types", strings.Join(c.ResponseTypes, ", "))
	line("ID tokens by", c.IDTokenAlg)
	line("Access tokens", strings.TrimSpace(c.AccessTokenFormat+" "+c.AccessTokenAlg))
	line("Contacts", strings.Join(c.Contacts, ", "))
	line("Policy", c.Policy)
	line("Terms", c.Terms)
	if e.Configured {
		line("From", "the configuration file")
	}
	for i, l := range c.Loosened() {
		line(map[bool]string{true: "Loosened"}[i == 0], l)
	}
	if err := w.Flush(); err != nil || paste == "" {
		return err
	}
	_, err := fmt.Fprintf(d.std.out, "\nTo paste into %s:\n\n%s", s.recipe.Title, paste)
	return err
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
