package config

import _ "embed" // for the file

//go:embed starter.yaml
var starter string

// Starter returns a commented file to start from, for a stock OpenLDAP. A line that begins with "#" and no space is a setting that can be
// uncommented as it is.
func Starter() string { return starter }
