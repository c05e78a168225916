package i18n

import (
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/leonelquinteros/gotext"
)

// catalogue is one PO file. gotext parses it and evaluates its plural formula; what is translated and what is not we keep
// ourselves, since a text that is not must fall through to the next catalogue.
type catalogue struct {
	po       *gotext.Po
	texts    map[string]*gotext.Translation
	contexts map[string]map[string]*gotext.Translation
}

func parseCatalogue(data []byte) (*catalogue, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("the file is not UTF-8")
	}
	po := gotext.NewPo()
	po.Parse(data)
	c := &catalogue{po: po, texts: po.GetDomain().GetTranslations(), contexts: po.GetDomain().GetCtxTranslations()}
	if err := checkTranslations(c.texts); err != nil {
		return nil, err
	}
	for _, texts := range c.contexts {
		if err := checkTranslations(texts); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// find returns the translation of a text, or "" when this catalogue has none.
func (c *catalogue) find(m Message) string {
	texts := c.texts
	if m.Context != "" {
		texts = c.contexts[m.Context]
	}
	translation := texts[m.ID]
	if translation == nil || translation.Trs[0] == "" {
		return ""
	}
	switch {
	case m.Plural == "":
		return translation.Trs[0]
	case m.Context != "":
		return c.po.GetNC(m.ID, m.Plural, m.N, m.Context)
	default:
		return c.po.GetN(m.ID, m.Plural, m.N)
	}
}

// verb matches the directives of fmt that a text may use.
var verb = regexp.MustCompile(`%(\[\d+\])?[+#\- 0-9.]*[a-zA-Z%]`)

// checkTranslations refuses a translation that would print "%!s(MISSING)" to somebody.
func checkTranslations(texts map[string]*gotext.Translation) error {
	ids := make([]string, 0, len(texts))
	for id := range texts {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		if id == "" {
			continue
		}
		t := texts[id]
		for _, translated := range t.Trs {
			// A form for "one" or "none" may leave the number out ("a day left").
			if translated == "" || sameVerbs(id, translated) || t.PluralID != "" && fewerVerbs(t.PluralID, translated) {
				continue
			}
			return fmt.Errorf("the translation of %q must take the same arguments (%s), found %q", id, strings.Join(verbs(id), " "), translated)
		}
	}
	return nil
}

func verbs(text string) []string {
	var found []string
	n := 0
	for _, v := range verb.FindAllString(text, -1) {
		if strings.HasSuffix(v, "%") {
			continue
		}
		n++
		if !strings.HasPrefix(v, "%[") {
			v = fmt.Sprintf("%%[%d]%s", n, v[1:])
		}
		found = append(found, v)
	}
	sort.Strings(found)
	return found
}

func sameVerbs(id, translated string) bool {
	return strings.Join(verbs(id), " ") == strings.Join(verbs(translated), " ")
}

func fewerVerbs(id, translated string) bool {
	allowed := map[string]bool{}
	for _, v := range verbs(id) {
		allowed[v] = true
	}
	for _, v := range verbs(translated) {
		if !allowed[v] {
			return false
		}
	}
	return true
}

// needed is how many arguments a text uses.
func needed(text string) int {
	most := 0
	for _, v := range verbs(text) {
		if n, err := strconv.Atoi(v[2:strings.IndexByte(v, ']')]); err == nil && n > most {
			most = n
		}
	}
	return most
}
