package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/leonelquinteros/gotext"
)

// catalogue is a PO file being updated.
type catalogue struct {
	language, pluralForms string
	forms                 int
	translations          map[key]*gotext.Translation
}

// languages are the catalogues that come with the program. English is the source: its entries stay empty unless they differ from the key.
func languages() []*catalogue {
	return []*catalogue{
		{language: "en", pluralForms: "nplurals=2; plural=(n != 1);", forms: 2},
		{language: "fr", pluralForms: "nplurals=2; plural=(n > 1);", forms: 2},
	}
}

// read takes the translations of a PO file over.
func (c *catalogue) read(data []byte) {
	po := gotext.NewPo()
	po.Parse(data)
	c.translations = map[key]*gotext.Translation{}
	for id, t := range po.GetDomain().GetTranslations() {
		if id != "" {
			c.translations[key{"", id, t.PluralID}] = t
		}
	}
	for context, all := range po.GetDomain().GetCtxTranslations() {
		for id, t := range all {
			if id == "" {
				continue
			}
			c.translations[key{context, id, t.PluralID}] = t
		}
	}
}

// missing lists the texts without translation, stale those nobody says any more.
func (c *catalogue) missing(t texts) (missing []key) {
	for _, k := range t.sorted() {
		known := c.translations[k]
		for form := 0; form < c.forms && (form == 0 || k.Plural != ""); form++ {
			if known == nil || known.Trs[form] == "" {
				missing = append(missing, k)
				break
			}
		}
	}
	return missing
}

func (c *catalogue) stale(t texts) (stale []key) {
	for k := range c.translations {
		if _, said := t[k]; !said {
			stale = append(stale, k)
		}
	}
	sort.Slice(stale, func(i, j int) bool { return stale[i].ID < stale[j].ID })
	return stale
}

// write is the PO file for exactly these texts.
func (c *catalogue) write(t texts) string {
	var b strings.Builder
	fmt.Fprintf(&b, "msgid \"\"\nmsgstr \"\"\n%s\n%s\n%s\n%s\n",
		quote("Content-Type: text/plain; charset=UTF-8\n"), quote("Content-Transfer-Encoding: 8bit\n"),
		quote("Language: "+c.language+"\n"), quote("Plural-Forms: "+c.pluralForms+"\n"))
	for _, k := range t.sorted() {
		fmt.Fprintf(&b, "\n#: %s\n", strings.Join(t[k], " "))
		if k.Context != "" {
			fmt.Fprintf(&b, "msgctxt %s\n", quote(k.Context))
		}
		fmt.Fprintf(&b, "msgid %s\n", quote(k.ID))
		forms := map[int]string{}
		if known := c.translations[k]; known != nil {
			forms = known.Trs
		}
		if k.Plural == "" {
			fmt.Fprintf(&b, "msgstr %s\n", quote(forms[0]))
			continue
		}
		fmt.Fprintf(&b, "msgid_plural %s\n", quote(k.Plural))
		for form := range c.forms {
			fmt.Fprintf(&b, "msgstr[%d] %s\n", form, quote(forms[form]))
		}
	}
	return b.String()
}

// quote writes a PO string: accents stay readable.
func quote(s string) string {
	q := strconv.Quote(s)
	if strings.ContainsFunc(s, func(r rune) bool { return r > 127 }) {
		q = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(s) + `"`
	}
	return q
}
