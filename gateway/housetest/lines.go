package housetest

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
)

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
