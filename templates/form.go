package templates

import "github.com/wicketgate/wicketgate/templates/i18n"

// Form is a form of any shape, drawn the same way everywhere: a summary of problems that links to the fields, sections, a button.
type Form struct {
	// Action is where it posts to; empty means the page's own address.
	Action string
	// Method is "post" when empty.
	Method   string
	Sections []Section
	// Problems are those that belong to no single field. Those of the fields are found in Field.Error.
	Problems []Problem
	// Submit labels the button: "Save" when zero.
	Submit i18n.Message
	// Cancel is where a "Cancel" link beside the button leads; empty: no link.
	Cancel string
	Hidden []Hidden
}

// Problem is one line of the error summary.
type Problem struct {
	// Field is the id of the input it leads to; empty: no link.
	Field   string
	Message i18n.Message
}

// Section is a group of fields under a title. A Section without title has no heading.
type Section struct {
	Title  string
	Hint   string
	Fields []Field
}

// Summary lists every problem of the form in the order of the page.
func (f Form) Summary() []Problem {
	problems := append([]Problem(nil), f.Problems...)
	for _, section := range f.Sections {
		for _, field := range section.Fields {
			if !field.Error.IsZero() {
				problems = append(problems, Problem{field.Input(), field.Error})
			}
			for _, part := range field.Parts {
				if !part.Error.IsZero() {
					problems = append(problems, Problem{part.Input(), part.Error})
				}
			}
		}
	}
	return problems
}

// Upload reports whether the form must be posted as multipart/form-data.
func (f Form) Upload() bool {
	for _, section := range f.Sections {
		for _, field := range section.Fields {
			if field.Widget == WidgetPhoto && !field.ReadOnly && !field.Locked {
				return true
			}
		}
	}
	return false
}

// SetError puts a message at the field of this name and reports whether there is one.
func (f *Form) SetError(name string, message i18n.Message) bool {
	for s := range f.Sections {
		for i := range f.Sections[s].Fields {
			field := &f.Sections[s].Fields[i]
			if field.Name == name {
				field.Error = message
				return true
			}
			for p := range field.Parts {
				if field.Parts[p].Name == name {
					field.Parts[p].Error = message
					return true
				}
			}
		}
	}
	return false
}

// Fixed reports whether there is nothing to fill in: every field is shown as text.
func (f Form) Fixed() bool {
	for _, section := range f.Sections {
		for _, field := range section.Fields {
			if !field.ReadOnly && !field.Locked {
				return false
			}
		}
	}
	return true
}

// Drawn is the sections as they are drawn: with marks beside the labels of the required or of the optional fields, whichever
// are fewer, so that the page says it as few times as possible.
func (f Form) Drawn() []Section {
	required, optional := 0, 0
	for _, section := range f.Sections {
		for _, field := range section.Fields {
			switch {
			case field.ReadOnly, field.Locked:
			case field.Required:
				required++
			default:
				optional++
			}
		}
	}
	drawn := make([]Section, len(f.Sections))
	for i, section := range f.Sections {
		drawn[i] = section
		drawn[i].Fields = make([]Field, len(section.Fields))
		for j, field := range section.Fields {
			switch {
			case optional >= required && field.Required:
				field.mark = "required"
			case optional < required && !field.Required:
				field.mark = "optional"
			}
			drawn[i].Fields[j] = field
		}
	}
	return drawn
}
