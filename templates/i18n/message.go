package i18n

// Message is a text whose reader is not known yet: an error, a notice, a rule. The zero Message means "nothing to say".
//
// Arguments are filled in by the locale: a time.Time is written as a date and time, a time.Duration in words, a Message in
// the reader's language, an int with the locale's digits' grouping; everything else as fmt does.
type Message struct {
	// ID is the English text, in the syntax of fmt.Sprintf when there are arguments. For plurals it is the singular.
	ID string
	// Plural is the English plural; empty when the text has no plural.
	Plural string
	// Context tells two uses of the same English text apart ("Open", the verb or the state). Usually empty.
	Context string
	// N chooses the plural form.
	N int
	// Args fill the text.
	Args []any

	verbatim bool
}

// M is a text to be translated later. The id must be a string literal, so that the catalogue can be kept complete.
func M(id string, args ...any) Message { return Message{ID: id, Args: args} }

// MN is M with a plural: MN("%d day left", "%d days left", n, n).
func MN(singular, plural string, n int, args ...any) Message {
	return Message{ID: singular, Plural: plural, N: n, Args: args}
}

// MC is M for a text that needs a context to be translated well.
func MC(context, id string, args ...any) Message {
	return Message{ID: id, Context: context, Args: args}
}

// Verbatim is a text that is shown as it is, in every language: what the directory's own policy answered, a name that
// comes from the configuration.
func Verbatim(text string) Message { return Message{ID: text, verbatim: true} }

// IsZero reports whether there is nothing to say.
func (m Message) IsZero() bool { return m.ID == "" }

// String is the English text, for logs and tests.
func (m Message) String() string {
	text := m.ID
	if m.Plural != "" && m.N != 1 {
		text = m.Plural
	}
	return format(english, text, m.Args)
}
