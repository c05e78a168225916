package templates

// FormPostPage carries the answer to an application that wants it posted. It posts itself by script; without one there is a button (#continue).
type FormPostPage struct {
	// Action is the application's address, and App its name.
	Action string
	App    string
	Fields []Hidden
}

// Template implements Page.
func (FormPostPage) Template() string { return "consents/formpost" }
