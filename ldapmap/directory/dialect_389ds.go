package directory

// ds389 is the dialect of 389 Directory Server and FreeIPA.
type ds389 struct{ standard }
