package authn

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/ldapmap/fault"
)

// Pace says how often something may be tried: Free times at once, then with a delay that starts at First and doubles up to Most. After Forget
// without a try all is forgotten.
type Pace struct {
	Free                int
	First, Most, Forget time.Duration
}

// AccountPace is the default for tries at one account: five, then 5 s, 10 s, … up to 15 minutes.
func AccountPace() Pace {
	return Pace{Free: 5, First: 5 * time.Second, Most: 15 * time.Minute, Forget: time.Hour}
}

// AddressPace is the default for tries from one network address: thirty, then 1 s, 2 s, … up to 2 minutes. A shop behind one address has many people,
// and some who mistype.
func AddressPace() Pace {
	return Pace{Free: 30, First: time.Second, Most: 2 * time.Minute, Forget: time.Hour}
}

// delay is how long to wait after the nth try.
func (p Pace) delay(n int) time.Duration {
	if n < p.Free || n < 1 {
		return 0
	}
	d := p.First
	for i := p.Free; i < n && d < p.Most; i++ {
		d *= 2
	}
	return min(d, p.Most)
}

// Throttled is wrapped in a fault of that code when it is too early to try again.
type Throttled struct{ Wait time.Duration }

func (t *Throttled) Error() string {
	return "too many tries, the next is allowed in " + t.Wait.String()
}

// RetryAfter is how long to wait.
func (t *Throttled) RetryAfter() time.Duration { return t.Wait }

func throttled(wait time.Duration) error {
	return fault.Wrap(fault.Throttled, &Throttled{wait})
}

// DefaultLimiterSize is how many keys a Limiter remembers unless told otherwise: about 20 MB.
const DefaultLimiterSize = 100_000

// Limiter counts tries by key. It remembers a bounded number of keys, and forgets the one that was not used for longest when it is
// full. It is safe for concurrent use.
type Limiter struct {
	pace  Pace
	size  int
	clock func() time.Time

	mu    sync.Mutex
	tries map[string]*list.Element
	used  *list.List // most recent first
}

type tried struct {
	key   string
	count int
	last  time.Time // of the last try that was let through
	next  time.Time // not before
}

// NewLimiter returns a Limiter for at most size keys; 0 means DefaultLimiterSize.
func NewLimiter(pace Pace, size int, clock func() time.Time) *Limiter {
	if size <= 0 {
		size = DefaultLimiterSize
	}
	return &Limiter{pace: pace, size: size, clock: clock, tries: map[string]*list.Element{}, used: list.New()}
}

// Take asks for a try. 0 means go on, and the try counts from now on, so that many at once cannot slip through together; otherwise it is the time to
// wait, and nothing was counted.
func (l *Limiter) Take(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	t := l.get(key, now)
	if t == nil {
		t = l.add(key)
	}
	if now.Before(t.next) {
		return t.next.Sub(now)
	}
	t.count++
	t.last, t.next = now, now.Add(l.pace.delay(t.count))
	return 0
}

// Wait is the time until the next try is allowed; it counts nothing.
func (l *Limiter) Wait(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	if t := l.get(key, now); t != nil && now.Before(t.next) {
		return t.next.Sub(now)
	}
	return 0
}

// Undo takes one try back: it was none, because the server did not answer or the password was right.
func (l *Limiter) Undo(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.get(key, l.clock()); t != nil {
		t.count--
		t.next = t.last.Add(l.pace.delay(t.count))
		if t.count <= 0 {
			l.drop(l.tries[key])
		}
	}
}

// Clear forgets all tries of the key.
func (l *Limiter) Clear(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.tries[key]; ok {
		l.drop(e)
	}
}

// Len is how many keys are remembered, for metrics and tests.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.tries)
}

// get returns what is known of the key, unless it is too old to matter.
func (l *Limiter) get(key string, now time.Time) *tried {
	e, ok := l.tries[key]
	if !ok {
		return nil
	}
	t := e.Value.(*tried)
	if now.Sub(t.last) >= l.pace.Forget && !now.Before(t.next) {
		l.drop(e)
		return nil
	}
	l.used.MoveToFront(e)
	return t
}

func (l *Limiter) add(key string) *tried {
	for len(l.tries) >= l.size {
		l.drop(l.used.Back())
	}
	t := &tried{key: key}
	l.tries[key] = l.used.PushFront(t)
	return t
}

func (l *Limiter) drop(e *list.Element) {
	delete(l.tries, e.Value.(*tried).key)
	l.used.Remove(e)
}

// AddressKey is the key of a network address. An IPv6 client commands its whole /64, so that is what counts.
func AddressKey(ip netip.Addr) string {
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}
