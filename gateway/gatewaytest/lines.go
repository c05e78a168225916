package gatewaytest

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Clock is the real time and what the test adds to it.
type Clock struct{ ahead atomic.Int64 }

// Now is the time by this clock.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Advance makes it later, at once.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

// Lines collects a log of JSON lines. It is safe for concurrent use.
type Lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all of it.
func (l *Lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// All returns the lines whose message is one of messages, oldest first; without messages all of them. A line is what its JSON says.
func (l *Lines) All(messages ...string) []map[string]any {
	var found []map[string]any
	for line := range strings.Lines(l.String()) {
		var one map[string]any
		if json.Unmarshal([]byte(line), &one) != nil {
			continue
		}
		wanted := len(messages) == 0
		for _, m := range messages {
			wanted = wanted || one["msg"] == m
		}
		if wanted {
			found = append(found, one)
		}
	}
	return found
}
