package check

import (
	"fmt"
	"strings"
)

// verdict prints what will work and what will not, and says which of Fine, Partly and Broken it is.
func (c *checker) verdict() int {
	f := &c.found
	var works, fails, notes []string
	say := func(what, whyNot string) bool {
		if whyNot == "" {
			works = append(works, what)
			return true
		}
		fails = append(fails, what+": "+whyNot)
		return false
	}

	door := ""
	switch {
	case f.start != "":
		door = f.start
	case !f.connected:
		door = "no directory server answers the service account"
	case !f.people:
		door = "nobody is found in the directory"
	case f.recordsTried && f.records != nil:
		door = "Wicketgate cannot keep its records"
	}
	in := say("people sign in", door)
	say("applications sign people in (OpenID Connect)", door)
	if !in {
		return c.conclude(works, fails, notes, Broken)
	}

	if len(f.down) > 0 {
		say("another server takes over when one fails", "no answer from "+strings.Join(f.down, ", "))
	}
	if len(f.mapping) > 0 {
		say("every field", "the directory's schema contradicts "+strings.Join(f.mapping, ", "))
	}
	why := ""
	if len(f.writable) == 0 && len(f.refused) > 0 {
		why = "the service account may change none of the fields"
	}
	say("people change their profile", why)
	if len(f.refused) > 0 && why == "" {
		fails = append(fails, "people change "+strings.Join(f.refused, ", ")+": the service account may not write it")
	}
	notes = append(notes, "people change their password: by their own right in the directory, which only they can try")

	noMail := ""
	switch {
	case !f.mailTried:
		noMail = "no mail server is configured (mail.host)"
	case f.mail != nil:
		noMail = "mail does not go out"
	}
	say("mails are sent", noMail)
	reset := noMail
	if f.password == refused {
		reset = "the service account may not set passwords"
	}
	if reset == "" && f.password == unknown {
		notes = append(notes, "people reset a forgotten password: try it with an account of your own")
	} else {
		say("people reset a forgotten password", reset)
	}
	if !c.cfg.Mapping.CanCreate() {
		say("invitations", "directory.users says neither object_classes nor rdn for new entries")
	} else {
		notes = append(notes, fmt.Sprintf("invitations make entries below %s: try one", c.cfg.Mapping.NewBase()))
	}
	who := ""
	if !f.admins {
		who = "nobody is an administrator"
	}
	say("somebody sees the pages for administrators", who)
	if len(fails) > 0 {
		return c.conclude(works, fails, notes, Partly)
	}
	return c.conclude(works, fails, notes, Fine)
}

func (c *checker) conclude(works, fails, notes []string, result int) int {
	list := func(title, mark string, lines []string) {
		if len(lines) == 0 {
			return
		}
		c.section(title)
		for _, l := range lines {
			_, _ = fmt.Fprintf(c.out, "  %s %s\n", mark, l)
		}
	}
	list("What will work", "+", works)
	list("What will not, and why", "-", fails)
	list("What only you can try", "?", notes)
	return result
}
