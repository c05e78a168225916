package templates

import "github.com/wicketgate/wicketgate/templates/i18n"

// Widget is how a field is shown and filled in.
type Widget string

// The widgets. Names on the wire are Field.Name unless said otherwise.
const (
	WidgetText     Widget = "text"
	WidgetTextArea Widget = "textarea"
	WidgetEmail    Widget = "email"
	WidgetTel      Widget = "tel"
	WidgetURL      Widget = "url"
	WidgetDate     Widget = "date" // Value is YYYY-MM-DD.
	WidgetNumber   Widget = "number"
	WidgetColour   Widget = "colour" // Value is #rrggbb or empty; also posts Name+"_none" = "1" to clear it.
	WidgetSelect   Widget = "select"
	WidgetRadio    Widget = "radio"
	WidgetCheckbox Widget = "checkbox" // One box: "1" when ticked, nothing when not; Value "1" ticks it.
	WidgetChoices  Widget = "choices"  // Several boxes of one name: every ticked option's value.
	// WidgetPhoto posts a file under Name, and Name+"_remove" = "1" to take the photo away. Value is the current photo's address.
	WidgetPhoto Widget = "photo"
	// WidgetPassword shows Rules before typing and asks Strength while typing; Value is never written to the page.
	WidgetPassword Widget = "password"
	WidgetLanguage Widget = "language" // A select over Options.
	WidgetUsername Widget = "username" // A text field for an account name: no capitals, no corrections.
	WidgetAddress  Widget = "address"  // A postal address in several lines, one text field per entry of Parts.
)

// Field is one question of a form. Labels and hints are plain strings since many come from the configuration, already in
// the reader's language; our own words are said with loc.T.
type Field struct {
	// Name is the field's name in the posted form.
	Name string
	// ID is the element's id; Name when empty.
	ID    string
	Label string
	Hint  string
	// Error is shown at the field and in the summary; zero means none.
	Error  i18n.Message
	Widget Widget
	// Value is what the field holds now (for lists and choices: Values).
	Value   string
	Values  []string
	Options []Option
	// Multiple makes a list of values: one input per value, and blank ones to add more; blank inputs are posted too and mean nothing.
	// It applies to text, email, tel, url, date, number and username.
	Multiple bool
	// Required adds the attribute. A form marks whichever is rarer, its required or its optional fields.
	Required bool
	// ReadOnly fields are shown as text and not posted.
	ReadOnly bool
	// Locked fields are shown as text with a lock: somebody else decided the value. They are not posted.
	Locked bool
	// Autocomplete is the HTML token (WCAG 1.3.5): "given-name", "email", "off".
	Autocomplete string
	InputMode    string
	// Placeholder is best avoided: a hint is read by everybody.
	Placeholder string
	// MaxLength is in characters; 0 is no limit.
	MaxLength int
	// Min and Max bound dates and numbers; empty is no bound.
	Min, Max string
	// Pending is a notice below the field about a value that is not in effect yet, such as a mail address waiting for confirmation.
	Pending i18n.Message
	// Parts are the lines of an address; each one's Name is its own.
	Parts []Field
	// Rules are shown before a new password is typed.
	Rules []i18n.Message
	// Strength is the address that judges a new password while it is typed (a POST that answers with the "strength" partial); empty: no meter.
	Strength string

	mark string
}

// Mark is "required" or "optional" where the form says so beside the label, else "".
func (f Field) Mark() string { return f.mark }

// Option is one choice of a select, radio or choices field.
type Option struct {
	Value, Label, Hint string
	Disabled           bool
}

// Input is the id of the field's first input, where the error summary leads.
func (f Field) Input() string {
	id := f.ID
	if id == "" {
		id = f.Name
	}
	switch {
	case f.Multiple || f.Widget == WidgetRadio || f.Widget == WidgetChoices:
		return id + "-1"
	case f.Widget == WidgetPhoto:
		return id + "-file"
	case f.Widget == WidgetAddress && len(f.Parts) > 0:
		return f.Parts[0].Input()
	}
	return id
}

// Blank reports whether a select needs an empty choice of its own: it may stay empty, and none of its options says so.
func (f Field) Blank() bool {
	if f.Required {
		return false
	}
	for _, o := range f.Options {
		if o.Value == "" {
			return false
		}
	}
	return true
}
