package mail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/wicketgate/wicketgate/gateway/audit"
	"github.com/wicketgate/wicketgate/templates"
	"github.com/wicketgate/wicketgate/templates/i18n"
)

// job is one mail on its way.
type job struct {
	to       string
	loc      *i18n.Locale
	mail     templates.Mail
	kind     string
	id       string    // Message-ID without brackets
	made     time.Time // the Date header
	due      time.Time
	attempts int
}

// dispatch starts deliveries when they are due and a worker is free, until the mailer is closed and empty, or stopped.
func (m *Mailer) dispatch() {
	for {
		m.mu.Lock()
		j, wait := m.take()
		done := m.closing && len(m.waiting) == 0 && m.running == 0
		m.mu.Unlock()
		switch {
		case j != nil:
			go m.attempt(j)
			continue
		case done:
			close(m.idle)
			return
		}
		var timer <-chan time.Time
		if wait > 0 {
			timer = m.after(wait)
		}
		select {
		case <-m.wake:
		case <-timer:
		case <-m.ctx.Done():
			return
		}
	}
}

// take removes the job that has been due longest, if a worker is free for it; otherwise it says how long to wait for the next one, 0 for
// "until something changes". The caller holds m.mu.
func (m *Mailer) take() (*job, time.Duration) {
	if m.running >= m.cfg.Workers || len(m.waiting) == 0 {
		return nil, 0
	}
	next := 0
	for i, j := range m.waiting {
		if j.due.Before(m.waiting[next].due) {
			next = i
		}
	}
	j := m.waiting[next]
	// Once the mailer is closing, nothing waits for a better time.
	if wait := j.due.Sub(m.now()); wait > 0 && !m.closing {
		return nil, wait
	}
	m.waiting = slices.Delete(m.waiting, next, next+1)
	m.running++
	return j, 0
}

// attempt delivers a job once, and puts it back if it failed for now.
func (m *Mailer) attempt(j *job) {
	err := m.deliver(m.ctx, j)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	defer m.nudge()
	j.attempts++
	m.note(err, !aboutRecipient(err))
	switch {
	case err == nil:
		m.log.Debug("mail sent", "kind", j.kind, "message_id", j.id, "attempts", j.attempts)
	case permanent(err), m.closing, j.attempts >= m.cfg.Attempts:
		m.giveUp(j, err)
	default:
		m.status.Retried++
		wait := pause(j.attempts, m.random())
		j.due = m.now().Add(wait)
		m.waiting = append(m.waiting, j)
		m.log.Warn("a mail could not be sent and will be tried again", "kind", j.kind, "message_id", j.id, "attempts", j.attempts,
			"again_in", wait.Round(time.Second).String(), "error", errorText(err))
	}
}

// giveUp records a mail that nobody will get; the caller holds m.mu.
func (m *Mailer) giveUp(j *job, err error) {
	m.status.Dropped++
	text := errorText(err)
	m.log.Error("a mail was given up", "kind", j.kind, "message_id", j.id, "attempts", j.attempts, "error", text)
	m.audit.Event(m.ctx, audit.Event{
		Action: audit.MailDropped, Mail: audit.MaskMail(j.to), Detail: fmt.Sprintf("%s mail, %d attempts: %s", j.kind, j.attempts, text),
	})
}

func (m *Mailer) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Close refuses new mails, tries each waiting mail once more without a pause, and returns when none is left. When ctx ends first, deliveries are
// broken off, what is left is given up (each with its line in the audit log) and the error says how many they were. Call it once.
func (m *Mailer) Close(ctx context.Context) error {
	m.mu.Lock()
	m.closing = true
	before := m.status.Dropped
	m.mu.Unlock()
	m.nudge()
	defer m.stop()
	select {
	case <-m.idle:
	case <-ctx.Done():
		m.stop()
		m.mu.Lock()
		for _, j := range m.waiting {
			m.giveUp(j, fmt.Errorf("the program ended before it was sent: %w", context.Cause(ctx)))
		}
		m.waiting = nil
		lost := m.status.Dropped - before + m.running
		m.mu.Unlock()
		if lost == 0 {
			return nil
		}
		return fmt.Errorf("ending the mail queue: %d mails were not sent: %w", lost, context.Cause(ctx))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if lost := m.status.Dropped - before; lost > 0 {
		return fmt.Errorf("ending the mail queue: %d mails were not sent: %s", lost, m.status.LastError)
	}
	return nil
}
