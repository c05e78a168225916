package mail

import "time"

// Status is what an administrator should know about mail. LastError is for administrators only: it holds the mail server's own words.
type Status struct {
	Server string // host:port; empty: no mail server is configured
	Queued int    // mails waiting or being sent

	Sent    int // mails delivered since the start
	Retried int // attempts that failed for now
	Dropped int // mails given up

	LastSuccess time.Time
	LastError   string
	LastErrorAt time.Time
	// FailingSince is the time of the first failure after the last success, if the server (and not just one recipient) is the
	// trouble; zero while all is well.
	FailingSince time.Time
}

// Healthy tells whether the last thing that the mail server did was right, or nothing was tried yet.
func (s Status) Healthy() bool { return s.FailingSince.IsZero() }

// Status returns the state of now.
func (m *Mailer) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.status
	s.Queued = len(m.waiting) + m.running
	return s
}

// note records the outcome of one attempt; the caller holds m.mu.
func (m *Mailer) note(err error, serverTrouble bool) {
	now := m.now()
	if err == nil {
		m.status.Sent++
		m.status.LastSuccess, m.status.FailingSince = now, time.Time{}
		return
	}
	m.status.LastError, m.status.LastErrorAt = errorText(err), now
	if serverTrouble && m.status.FailingSince.IsZero() {
		m.status.FailingSince = now
	}
}
