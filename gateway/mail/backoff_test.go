package mail

import (
	"testing"
	"time"
)

func TestTenAttemptsAreOverWithinTheHourALinkLives(t *testing.T) {
	t.Parallel()
	for _, random := range []float64{0, 0.5, 0.999999} {
		var total, last time.Duration
		for n := 1; n < 10; n++ {
			p := pause(n, random)
			if p < last {
				t.Errorf("pause %d is %v, shorter than the one before", n, p)
			}
			total, last = total+p, p
		}
		if total < 20*time.Minute || total > 50*time.Minute {
			t.Errorf("with jitter %v all pauses take %v", random, total)
		}
	}
	if got := pause(1000, 0.5); got != longestPause {
		t.Errorf("a late pause is %v", got)
	}
}
