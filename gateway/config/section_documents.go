package config

// Documents says how documents are fetched that applications keep at addresses of their own: jwks_uri and its like.
type Documents struct {
	// Private lets them be fetched from addresses that are not public, such as 10.1.2.3 or a server in the house. Anybody who may register an application can then make
	// Wicketgate ask such addresses, and learn whether somebody answers. Default: no.
	Private bool `yaml:"private"`
}
