package housetest

import _ "embed"

// What the configuration holds in every test.
const (
	MasterSecret = "the master secret of the tests, which is long enough"
	AppID        = "app"
	AppName      = "The application"
	AppSecret    = "the-secret-of-the-application-in-tests"
	AppCallback  = "https://app.example.org/callback"
)

//go:embed wicketgate.yaml
var standard string
