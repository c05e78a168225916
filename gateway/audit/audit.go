package audit

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// Event is one thing that happened. Only Action is required; empty fields are left out of the line.
type Event struct {
	Action  Action
	Outcome Outcome // empty: see Outcome

	Person    string   // whom it is about: the stable id
	Username  string   // and the user name, so that a line can be read
	Login     string   // what was typed at a sign-in or a reset, as MaskLogin leaves it where it is not known whose it is
	Actor     string   // who did it, if not Person: the stable id of an administrator or of who invites
	Client    string   // the client id of the application
	Group     string   // the name of the group
	Mail      string   // the address a mail was for, as MaskMail leaves it
	Fields    []string // names of the changed fields, never their values
	IP        string
	RequestID string
	Detail    string // the directory's own code and text, or why it was refused: for administrators, never a secret
}

// Log writes events. The zero Log and a nil one drop them. It is safe for concurrent use.
type Log struct {
	out   *slog.Logger
	clock func() time.Time
	taps  []func(Event)
}

// New returns a log that writes to w, one JSON object per line, with the time of clock (in UTC). Each line is one Write.
func New(w io.Writer, clock func() time.Time) *Log {
	return &Log{out: slog.New(slog.NewJSONHandler(w, nil)), clock: clock}
}

// Logger returns a log that writes to an existing logger, with its level and format.
func Logger(l *slog.Logger, clock func() time.Time) *Log { return &Log{out: l, clock: clock} }

// Tap returns a log that also calls f with each event, after its line was written, whatever the level of the log. f must be quick and safe for concurrent
// use; gateway/metrics counts events by it.
func (l *Log) Tap(f func(Event)) *Log {
	c := *l
	c.taps = append(l.taps[:len(l.taps):len(l.taps)], f)
	return &c
}

// Event writes one line: level INFO for a success, WARN for a failure. It returns no error, because a page
// must not fail for its log: what cannot be written is lost.
func (l *Log) Event(ctx context.Context, e Event) {
	if l == nil || l.out == nil {
		return
	}
	level := slog.LevelInfo
	if e.Outcome == "" {
		e.Outcome = Success
		if e.Action.failed() {
			e.Outcome = Failure
		}
	}
	if e.Outcome != Success {
		level = slog.LevelWarn
	}
	defer func() {
		for _, f := range l.taps {
			f(e)
		}
	}()
	h := l.out.Handler()
	if !h.Enabled(ctx, level) {
		return
	}
	// The record is made here and not by Logger.LogAttrs, because the time must come from the injected clock.
	r := slog.NewRecord(l.clock().UTC(), level, Clean(string(e.Action), maxName), 0)
	r.AddAttrs(slog.String("outcome", Clean(string(e.Outcome), maxName)))
	r.AddAttrs(e.attrs()...)
	_ = h.Handle(ctx, r)
}

func (e Event) attrs() []slog.Attr {
	attrs := make([]slog.Attr, 0, 11)
	text := func(key, value string, bound int) {
		if value != "" {
			attrs = append(attrs, slog.String(key, Clean(value, bound)))
		}
	}
	text("person", e.Person, maxName)
	text("username", e.Username, maxName)
	if e.Person == "" { // nobody's login may be somebody's password, typed into the wrong field
		e.Login = MaskLogin(e.Login)
	}
	text("login", e.Login, maxName)
	text("actor", e.Actor, maxName)
	text("client", e.Client, maxName)
	text("group", e.Group, maxName)
	text("mail", e.Mail, maxName)
	if len(e.Fields) > 0 {
		fields := make([]string, 0, min(len(e.Fields), maxFields))
		for _, f := range e.Fields[:min(len(e.Fields), maxFields)] {
			fields = append(fields, Clean(f, maxName))
		}
		attrs = append(attrs, slog.Any("fields", fields))
	}
	text("ip", e.IP, maxName)
	text("request_id", e.RequestID, maxName)
	text("detail", e.Detail, maxDetail)
	return attrs
}
