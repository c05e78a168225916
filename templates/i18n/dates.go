package i18n

import (
	"strconv"
	"time"
)

// Date writes a day: "2 March 2026". The order of its parts is a text of the catalogue, so a translator decides it.
func (l *Locale) Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(l.zone)
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = l.C("first day of a month", "1")
	}
	return l.C("date: day, month, year", "%[1]s %[2]s %[3]s", day, l.month(t.Month()), strconv.Itoa(t.Year()))
}

// DateTime writes a moment: "2 March 2026 at 14:05".
func (l *Locale) DateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return l.T("%s at %s", l.Date(t), l.Clock(t))
}

// Clock writes the time of day: "14:05".
func (l *Locale) Clock(t time.Time) string {
	t = t.In(l.zone)
	return l.C("time of day: hour, minute", "%[1]s:%[2]s", t.Format("15"), t.Format("04"))
}

// Duration writes a length of time in its largest whole unit: "2 days", "45 minutes". It rounds up below a minute and to the
// nearest unit above, since it is for people who ask "how long have I got".
func (l *Locale) Duration(d time.Duration) string {
	n, unit := largestUnit(d)
	switch unit {
	case time.Second:
		return l.N("%d second", "%d seconds", n, n)
	case time.Minute:
		return l.N("%d minute", "%d minutes", n, n)
	case time.Hour:
		return l.N("%d hour", "%d hours", n, n)
	}
	return l.N("%d day", "%d days", n, n)
}

// Relative writes a moment as seen from now: "just now", "in 3 hours", "2 days ago"; beyond 30 days it is the date.
func (l *Locale) Relative(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	d := t.Sub(now)
	past := d < 0
	if past {
		d = -d
	}
	switch {
	case d < 45*time.Second && past:
		return l.T("just now")
	case d > 30*24*time.Hour:
		return l.C("a date in a sentence", "on %s", l.Date(t))
	case past:
		return l.T("%s ago", d)
	}
	return l.T("in %s", d)
}

const day = 24 * time.Hour

func largestUnit(d time.Duration) (int, time.Duration) {
	if d < 0 {
		d = -d
	}
	switch {
	case d < time.Minute:
		return int((d + time.Second - 1) / time.Second), time.Second
	case d < 90*time.Minute && d%time.Hour != 0:
		return int(d.Round(time.Minute) / time.Minute), time.Minute
	case d < 48*time.Hour && d != day:
		return int(d.Round(time.Hour) / time.Hour), time.Hour
	}
	return int(d.Round(day) / day), day
}

func (l *Locale) month(m time.Month) string {
	return l.Msg([]Message{
		M("January"), M("February"), M("March"), M("April"), MC("month", "May"), M("June"), M("July"),
		M("August"), M("September"), M("October"), M("November"), M("December"),
	}[m-1])
}
