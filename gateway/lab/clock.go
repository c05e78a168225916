package lab

import (
	"sync/atomic"
	"time"
)

// Clock is the real time and what was added to it. The zero value is the real time.
type Clock struct{ ahead atomic.Int64 }

// Now is the time by this clock.
func (c *Clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// Advance makes it later, at once.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }
