package password

import (
	"context"
	"sync"
	"time"
)

// SleepInto is a Sleep that only notes how long it was asked to wait.
func SleepInto(slept *[]time.Duration) func(context.Context, time.Duration) {
	var mu sync.Mutex
	return func(_ context.Context, d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		*slept = append(*slept, d)
	}
}

// Busy takes all places for judging passwords until the test gives them back.
func (f *Flow) Busy() (done func()) {
	for range cap(f.judges) {
		f.judges <- struct{}{}
	}
	return func() {
		for range cap(f.judges) {
			<-f.judges
		}
	}
}
