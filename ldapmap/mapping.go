package ldapmap

// Mapping is a compiled configuration of how people and groups are spelt in a directory.
type Mapping struct{}
