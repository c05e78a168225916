package mail

import "time"

// The pauses between attempts double from firstPause to longestPause. Ten attempts span about 35 minutes: long enough for a
// greylisting server or a restart, short enough that a link that lives for an hour is still good when it arrives.
const (
	firstPause   = 5 * time.Second
	longestPause = 15 * time.Minute
)

// pause is the time to wait after the given number of failed attempts (1 or more). random is in [0, 1): it spreads the
// pause over 80 to 120 %, so that mails that failed together don't come back together.
func pause(attempts int, random float64) time.Duration {
	d := longestPause
	if shift := attempts - 1; shift < 16 {
		d = min(firstPause<<shift, longestPause)
	}
	return time.Duration(float64(d) * (0.8 + 0.4*random))
}
