package authn_test

import (
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn"
)

// clock is a time that only the test moves.
type clock struct{ atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.Store(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.Add(int64(d)) }

var pace = authn.Pace{Free: 3, First: 5 * time.Second, Most: time.Minute, Forget: time.Hour}

func TestDelaysGrowUpToTheirBoundAndAreForgotten(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := authn.NewLimiter(pace, 10, c.Now)
	for i := range 3 {
		if wait := l.Take("a"); wait != 0 {
			t.Fatalf("free try %d has to wait %v", i+1, wait)
		}
	}
	for _, want := range []time.Duration{5, 10, 20, 40, 60, 60} {
		want *= time.Second
		if got := l.Take("a"); got != want {
			t.Fatalf("has to wait %v, want %v", got, want)
		}
		if got := l.Wait("a"); got != want {
			t.Fatalf("Wait says %v, want %v: looking must not count", got, want)
		}
		c.Advance(want - time.Second)
		if got := l.Take("a"); got != time.Second {
			t.Fatalf("one second before the end it has to wait %v", got)
		}
		c.Advance(time.Second)
		if got := l.Take("a"); got != 0 {
			t.Fatalf("after the delay it has to wait %v", got)
		}
	}
	if l.Take("b") != 0 {
		t.Error("another key has to wait too")
	}
	c.Advance(time.Hour + time.Minute)
	for range 3 {
		if wait := l.Take("a"); wait != 0 {
			t.Fatalf("after an hour of quiet it still has to wait %v", wait)
		}
	}
}

func TestATryThatWasNoneIsTakenBack(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := authn.NewLimiter(pace, 10, c.Now)
	for range 20 {
		if wait := l.Take("a"); wait != 0 {
			t.Fatalf("has to wait %v", wait)
		}
		l.Undo("a")
	}
	if l.Len() != 0 {
		t.Errorf("%d keys are remembered for nothing", l.Len())
	}
	for range 3 {
		l.Take("a")
	}
	l.Clear("a")
	l.Clear("unknown")
	l.Undo("unknown")
	if wait := l.Take("a"); wait != 0 {
		t.Errorf("after the right password it has to wait %v", wait)
	}
}

func TestMemoryIsBoundedAndTheBusyAreRemembered(t *testing.T) {
	t.Parallel()
	c := newClock()
	l := authn.NewLimiter(pace, 100, c.Now)
	for range 3 {
		l.Take("victim")
	}
	for i := range 1000 {
		l.Take(fmt.Sprint("flood ", i))
		if l.Wait("victim") == 0 {
			t.Fatalf("after %d other names the victim's count is gone although it is in use", i)
		}
	}
	if l.Len() != 100 {
		t.Errorf("%d keys are remembered, at most 100 may be", l.Len())
	}
}

func TestManyTriesAtOnceDoNotSlipThrough(t *testing.T) {
	t.Parallel()
	l := authn.NewLimiter(pace, 10, newClock().Now)
	var through atomic.Int64
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if l.Take("a") == 0 {
				through.Add(1)
			}
		})
	}
	wg.Wait()
	if through.Load() != 3 {
		t.Errorf("%d of 100 tries at once went through, want 3", through.Load())
	}
}

func TestAnIPv6ClientCountsByItsNetwork(t *testing.T) {
	t.Parallel()
	key := func(s string) string { return authn.AddressKey(netip.MustParseAddr(s)) }
	if key("2001:db8::1") != key("2001:db8::ffff:1") || key("2001:db8::1") == key("2001:db8:0:1::1") {
		t.Error("addresses of one /64 must count as one, those of another not")
	}
	if key("192.0.2.1") == key("192.0.2.2") {
		t.Error("two IPv4 clients count as one")
	}
	if authn.AddressKey(netip.Addr{}) == "" {
		t.Error("an unknown address has no key")
	}
}
