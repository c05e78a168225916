package templates

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/wicketgate/wicketgate/templates/i18n"
)

// functions are what templates can call, for one language.
//
//	t "text" args…        translate; tn "one" "many" n args…; tc "context" "text"; msg Message
//	date, datetime, relative, since, duration, number, list
//	asset "style.css"     the address of a static file; "" if there is none
//	initials, letter      of a name
//	dict "k" v …          several values for one {{template}}
//	rows, only, chosen, first, label   the parts of form fields
func (r *Renderer) functions(loc *i18n.Locale) template.FuncMap {
	return template.FuncMap{
		"t":        loc.T,
		"tn":       loc.N,
		"tc":       loc.C,
		"msg":      loc.Msg,
		"date":     loc.Date,
		"datetime": loc.DateTime,
		"relative": func(t time.Time) string { return loc.Relative(t, r.now()) },
		"since":    func(t time.Time) string { return loc.Duration(r.now().Sub(t)) },
		"duration": loc.Duration,
		"number":   loc.Number,
		"list":     loc.List,
		"iso":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"seconds":  func(d time.Duration) int { return int((d + time.Second - 1) / time.Second) },
		"asset":    r.assets.url,
		"initials": initials,
		"hue":      hue,
		"letter":   letter,
		"dict":     dict,
		"join":     strings.Join,
		"add":      func(a, b int) int { return a + b },
		"rows":     rows,
		"only":     unlabelled,
		"chosen":   chosen,
		"first":    firstMessage,
		"label":    labelOf(loc),
		"imagedata": func(s string) any {
			// html/template refuses data: addresses; those of images are harmless in an <img>.
			if strings.HasPrefix(s, "data:image/") {
				return template.URL(s) //nolint:gosec // Only ever the source of an image.
			}
			return s
		},
	}
}

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// dict makes a map for a template that needs several values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict takes pairs, got %d values", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: the key %v is not a string", pairs[i])
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}

// initials of a name: those of the first and the last word, at most two letters.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) })
	switch len(words) {
	case 0:
		return ""
	case 1:
		return letter(words[0])
	}
	return letter(words[0]) + letter(words[len(words)-1])
}

// letter is the first letter of a name, as a capital.
func letter(name string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimSpace(name))
	if first == utf8.RuneError {
		return ""
	}
	return string(unicode.ToUpper(first))
}

// hue picks one of six tints for a name without picture, always the same one.
func hue(name string) int {
	sum := 0
	for _, r := range name {
		sum = (sum*31 + int(r)) % 6007
	}
	return sum%6 + 1
}

// rows are the inputs of a field of several values: those it has and two blank ones. The script folds the blank ones away
// behind an "add another" button.
func rows(f Field) []string {
	return append(append([]string(nil), f.Values...), "", "")
}

// labelOf finds the words of an option, for values shown as text.
func labelOf(loc *i18n.Locale) func(Field) []string {
	return func(f Field) []string {
		values := f.Values
		if len(values) == 0 && f.Value != "" {
			values = []string{f.Value}
		}
		var labels []string
		for _, v := range values {
			label := v
			for _, o := range f.Options {
				if o.Value == v && o.Label != "" {
					label = o.Label
				}
			}
			if f.Widget == WidgetCheckbox {
				label = loc.T("Yes")
			}
			if f.Widget == WidgetDate {
				if day, err := time.Parse(time.DateOnly, v); err == nil {
					label = loc.Date(day)
				}
			}
			labels = append(labels, label)
		}
		for _, p := range f.Parts {
			if p.Value != "" {
				labels = append(labels, p.Value)
			}
		}
		return labels
	}
}

// unlabelled is the field for one input of several: hint and error are those of the whole group.
func unlabelled(f Field) Field {
	f.Hint, f.Error, f.Required = "", i18n.Message{}, false
	return f
}

// chosen reports whether an option is ticked.
func chosen(f Field, value string) bool {
	return f.Value == value && f.Value != "" || slices.Contains(f.Values, value)
}

func firstMessage(messages []i18n.Message) i18n.Message {
	if len(messages) == 0 {
		return i18n.Message{}
	}
	return messages[0]
}
