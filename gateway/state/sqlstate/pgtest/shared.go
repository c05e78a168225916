package pgtest

import (
	"sync"
	"testing"
)

var (
	sharing sync.Mutex
	common  *Server
)

// Shared is a server that all tests of a package have together, each with databases of its own: to start one takes seconds. It must not be stopped.
// Main ends it.
func Shared(t testing.TB) *Server {
	t.Helper()
	sharing.Lock()
	defer sharing.Unlock()
	if common == nil {
		common = begin(t, Options{})
	}
	return common
}

// Main is what TestMain of a package calls that uses Shared.
func Main(m *testing.M) int {
	defer func() {
		if common != nil {
			common.end()
		}
	}()
	return m.Run()
}
