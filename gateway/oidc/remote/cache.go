package remote

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// Fresh is how long a document serves that was fetched.
	Fresh = 5 * time.Minute
	// Pause is the least time between two fetches of one address, whatever came of the first.
	Pause = 10 * time.Second
	// kept bounds the documents kept, which are 64 KiB each at most.
	kept = 128
)

type cache struct {
	flight singleflight.Group // callers at once are one fetch

	mu   sync.Mutex
	docs map[string]document
}

type document struct {
	body []byte
	err  error
	at   time.Time
}

// get returns what is no older than age (Pause, if it is an error), or fetches. The fetch does not end with the one request that happened to be
// the first to need it.
func (f *Fetcher) get(ctx context.Context, address string, age time.Duration) ([]byte, error) {
	if err := f.Check(address); err != nil {
		return nil, err
	}
	if d, ok := f.known(address, age); ok {
		return d.body, d.err
	}
	got := f.cache.flight.DoChan(address, func() (any, error) {
		if d, ok := f.known(address, age); ok { // another fetch ended between the look and here
			return d, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), MaxTime)
		defer cancel()
		d := document{at: f.config.Clock()}
		d.body, d.err = f.fetch(ctx, address)
		f.keep(address, d)
		return d, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-got:
		d, _ := r.Val.(document)
		return d.body, d.err
	}
}

func (f *Fetcher) known(address string, age time.Duration) (document, bool) {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	d, ok := f.cache.docs[address]
	if d.err != nil {
		age = Pause
	}
	return d, ok && f.config.Clock().Sub(d.at) < age
}

func (f *Fetcher) keep(address string, d document) {
	f.cache.mu.Lock()
	defer f.cache.mu.Unlock()
	if f.cache.docs == nil || len(f.cache.docs) >= kept {
		f.cache.docs = map[string]document{}
	}
	f.cache.docs[address] = d
}
