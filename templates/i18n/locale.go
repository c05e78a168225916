package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// Locale is one language, ready to use. It is immutable.
type Locale struct {
	tag        language.Tag
	catalogues []*catalogue
	zone       *time.Location
}

// english serves Message.String: no catalogue, so every text is its own translation.
var english = newLocale(language.English, nil, time.UTC)

func newLocale(tag language.Tag, catalogues []*catalogue, zone *time.Location) *Locale {
	return &Locale{tag: tag, catalogues: catalogues, zone: zone}
}

// T translates a text and fills it in. The msgid must be a string literal.
func (l *Locale) T(msgid string, args ...any) string {
	return l.Msg(Message{ID: msgid, Args: args})
}

// N is T with a plural chosen by n. The arguments must be given too: N("%d day", "%d days", n, n).
func (l *Locale) N(singular, plural string, n int, args ...any) string {
	return l.Msg(Message{ID: singular, Plural: plural, N: n, Args: args})
}

// C is T for a text that needs a context to be translated well.
func (l *Locale) C(context, msgid string, args ...any) string {
	return l.Msg(Message{ID: msgid, Context: context, Args: args})
}

// Msg says a Message in this language; the zero Message is "".
func (l *Locale) Msg(m Message) string {
	if m.ID == "" || m.verbatim {
		return m.ID
	}
	for _, c := range l.catalogues {
		if text := c.find(m); text != "" {
			return format(l, text, m.Args)
		}
	}
	text := m.ID
	if m.Plural != "" && m.N != 1 {
		text = m.Plural
	}
	return format(l, text, m.Args)
}

// Tag is the BCP 47 tag for the lang attribute and the Content-Language header.
func (l *Locale) Tag() string { return l.tag.String() }

// Dir is "rtl" for scripts written from right to left, else "ltr".
func (l *Locale) Dir() string {
	script, _ := l.tag.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

// Number writes an integer with the grouping of the language: 12,000 or 12 000.
func (l *Locale) Number(n int) string {
	return message.NewPrinter(l.tag).Sprint(number.Decimal(n))
}

// List joins words: "a, b and c".
func (l *Locale) List(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return l.T("%s and %s", strings.Join(items[:last], ", "), items[last])
}

// format fills a text in. A text without arguments is not a format: "100 %" stays.
func format(l *Locale, text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	// A plural form may leave arguments out ("one day left"); fmt would complain about those that are too many.
	args = args[:min(len(args), needed(text))]
	shown := make([]any, len(args))
	for i, arg := range args {
		shown[i] = l.argument(arg)
	}
	return fmt.Sprintf(text, shown...)
}

func (l *Locale) argument(arg any) any {
	switch v := arg.(type) {
	case Message:
		return l.Msg(v)
	case time.Time:
		return l.DateTime(v)
	case time.Duration:
		return l.Duration(v)
	case int:
		return grouped{v, l}
	case error: // Internal errors are not for people; whoever passes one meant a word.
		return "…"
	}
	return arg
}

// grouped prints an int for %d and %s alike, in the digits' grouping of the language.
type grouped struct {
	n int
	l *Locale
}

func (g grouped) Format(f fmt.State, verb rune) {
	text := strconv.Itoa(g.n)
	if g.n >= 10000 || g.n <= -10000 {
		text = g.l.Number(g.n)
	}
	_, _ = f.Write([]byte(text))
}
