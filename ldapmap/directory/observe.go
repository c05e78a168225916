package directory

import "time"

// Op is one exchange with a server, for metrics, logs and counting in tests.
type Op struct {
	Name     OpName
	Server   string // the URL as configured
	Duration time.Duration
	Code     uint16 // the LDAP result code; meaningless if Err is not a result
	Err      error  // nil if the server said success
}

// OpName says what was asked of the server. Every page of a search is a search.
type OpName string

// The names of operations.
const (
	OpConnect        OpName = "connect"      // TCP and TLS
	OpServiceBind    OpName = "service bind" // of a new connection for the pool
	OpBind           OpName = "bind"         // as a person
	OpSearch         OpName = "search"
	OpAdd            OpName = "add"
	OpModify         OpName = "modify"
	OpDelete         OpName = "delete"
	OpRename         OpName = "rename"
	OpPasswordModify OpName = "password modify"
	OpValidate       OpName = "validate" // a harmless read on a connection that lay idle, or to see whether a server is back
)
