package bench

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// levels are how many ask at a time.
func levels() []int { return []int{1, 8, 32} }

// each runs a measurement at every level.
func each(b *testing.B, measure func(b *testing.B, atOnce int)) {
	for _, n := range levels() {
		b.Run(fmt.Sprintf("at=%d", n), func(b *testing.B) { measure(b, n) })
	}
}

// run does b.N times what act does, atOnce at a time, and reports how many a second, p50 and p99. act gets the number of who asks and the number of what
// is asked.
func run(b *testing.B, atOnce int, act func(worker, i int) error) {
	b.Helper()
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var failed sync.Once
	var all sync.WaitGroup
	b.ResetTimer()
	began := time.Now()
	for worker := range min(atOnce, b.N) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < b.N; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := act(worker, i); err != nil {
					failed.Do(func() { b.Errorf("number %d: %v", i, err) })
					next.Store(int64(b.N))
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	all.Wait()
	whole := time.Since(began)
	b.StopTimer()
	if b.Failed() {
		b.FailNow()
	}
	slices.Sort(took)
	b.ReportMetric(0, "ns/op") // says the same as the next, in a way that is harder to read
	b.ReportMetric(float64(b.N)/whole.Seconds(), "/s")
	b.ReportMetric(milliseconds(percentile(took, 50)), "p50-ms")
	b.ReportMetric(milliseconds(percentile(took, 99)), "p99-ms")
}

// percentile of sorted durations: the least that p of a hundred do not exceed.
func percentile(sorted []time.Duration, p int) time.Duration {
	return sorted[max(0, (len(sorted)*p+99)/100-1)]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// measure is run with what it costs the directory and the gateway.
func (w *world) measure(b *testing.B, atOnce int, act func(worker, i int) error) {
	b.Helper()
	operations, cpu := w.slapd.Counts(), w.cpu(b)
	run(b, atOnce, act)
	spent, n := w.slapd.Counts().Minus(operations), float64(b.N)
	b.ReportMetric(float64(spent.Search)/n, "searches")
	b.ReportMetric(float64(spent.Bind)/n, "binds")
	b.ReportMetric(float64(spent.Writes())/n, "writes")
	b.ReportMetric(milliseconds(w.cpu(b)-cpu)/n, "cpu-ms")
	b.ReportMetric(w.resident(b), "MB")
}

func TestPercentiles(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	if got := percentile(hundred, 50); got != 50 {
		t.Errorf("half of 1 to 100 are at most 50, not %d", got)
	}
	if got := percentile(hundred, 99); got != 99 {
		t.Errorf("99 of 1 to 100 are at most 99, not %d", got)
	}
	if got := percentile(hundred[:1], 99); got != 1 {
		t.Errorf("of a single one it is that, not %d", got)
	}
}
