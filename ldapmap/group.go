package ldapmap

// Group is a group of people, however the directory spells it.
type Group struct {
	ID          string // stable id, as for people
	DN          string
	Name        string
	DisplayName string
	Description string
	Owners      []string // DNs
}
