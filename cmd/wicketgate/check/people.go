package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

// Bounds of what is looked at.
const (
	sampleSize = 200 // people whose fields are counted
	shownSize  = 3   // people who are printed
	adminsMax  = 20
)

// sample is what a part of the people look like.
type sample struct {
	all      []*ldapmap.User
	more     bool // there are more than sampleSize
	noMail   int
	sharing  int // people whose address somebody else has too
	nameless int
	inactive int
}

func (c *checker) people(ctx context.Context) {
	c.section("People")
	s := &c.found.sample
	err := c.person.List(ctx, ldapmap.Query{Limit: sampleSize + 1}, func(u *ldapmap.User) bool {
		s.all = append(s.all, u)
		return true
	})
	if err != nil {
		c.bad("%v", err)
		return
	}
	if len(s.all) == 0 {
		c.bad("nobody is found below %s by %s: check directory.users.base and directory.users.filter", strings.Join(c.cfg.Mapping.Bases(), "; "), c.cfg.Mapping.SignInFilter())
		return
	}
	c.found.people = true
	if s.more = len(s.all) > sampleSize; s.more {
		s.all = s.all[:sampleSize]
	}
	s.look(c.opts)
	if s.more {
		c.ok("more than %d people below %s; the first %d are looked at", sampleSize, strings.Join(c.cfg.Mapping.Bases(), "; "), sampleSize)
	} else {
		c.ok("%s below %s", count(len(s.all), "person", "people"), strings.Join(c.cfg.Mapping.Bases(), "; "))
	}
	for _, n := range []struct {
		n    int
		what string
	}{
		{s.nameless, "without any of the login fields (" + strings.Join(c.cfg.Mapping.LoginFields(), ", ") + "), who cannot sign in"},
		{s.noMail, "without a mail address, who need an administrator to reset a password"},
		{s.sharing, "with a mail address that somebody else has too; a reset mail names the account it is for"},
		{s.inactive, "locked, disabled or expired"},
	} {
		if n.n > 0 {
			c.warn("%d of them %s", n.n, n.what)
		}
	}
	c.show(ctx)
}

func (s *sample) look(o Options) {
	owners := map[string]int{}
	for _, u := range s.all {
		for _, m := range u.All(ldapmap.Emails) {
			owners[strings.ToLower(m)]++
		}
	}
	for _, u := range s.all {
		mails := u.All(ldapmap.Emails)
		if len(mails) == 0 {
			s.noMail++
		}
		if slices.ContainsFunc(mails, func(m string) bool { return owners[strings.ToLower(m)] > 1 }) {
			s.sharing++
		}
		if u.Get(ldapmap.Username) == "" && len(mails) == 0 {
			s.nameless++
		}
		if !u.Account.Active(o.Clock()) {
			s.inactive++
		}
	}
}

// show prints what the mapping makes of a few people.
func (c *checker) show(ctx context.Context) {
	shown := c.found.sample.all[:min(shownSize, len(c.found.sample.all))]
	if c.opts.Login != "" {
		u, err := c.person.FindByLogin(ctx, c.opts.Login)
		if err != nil {
			c.bad("the login %q: %v", c.opts.Login, err)
			return
		}
		shown = []*ldapmap.User{u}
	}
	for _, u := range shown {
		c.ok("%s", u.DN)
		for _, name := range u.Fields() {
			c.line("", "%-18s %s", name, c.value(u, name))
		}
		groups, err := c.person.Groups(ctx, u)
		if err != nil {
			c.bad("their groups: %v", err)
			continue
		}
		names := make([]string, len(groups))
		for i, g := range groups {
			names[i] = g.Name
		}
		if len(names) > 0 {
			c.line("", "%-18s %s", "in the groups", cut(strings.Join(names, ", "), 300))
		}
	}
}

func (c *checker) value(u *ldapmap.User, name string) string {
	field, _ := c.cfg.Mapping.Field(name)
	values := u.All(name)
	if field.Type == ldapmap.TypePhoto {
		return fmt.Sprintf("%s of %d bytes", count(len(values), "image", "images"), len(values[0]))
	}
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = cut(v, 100)
	}
	return cut(strings.Join(quoted, " | "), 300)
}

// groups shows groups, and who would be an administrator.
func (c *checker) groups(ctx context.Context) {
	if c.cfg.Mapping.HasGroups() {
		c.section("Groups")
		groups, err := c.person.FindGroups(ctx, nil, 10)
		names := make([]string, len(groups))
		for i, g := range groups {
			names[i] = g.Name
		}
		switch {
		case err != nil:
			c.bad("%v", err)
		case len(groups) == 0:
			c.bad("no group is found below %s: check directory.groups.base and directory.groups.filter", strings.Join(c.cfg.Mapping.GroupBases(), "; "))
		default:
			c.ok("%s", strings.Join(names, ", "))
		}
	}
	c.section("Administrators")
	admins, complete := c.administrators(ctx)
	for _, u := range admins {
		c.ok("%s (%s)", u.DisplayName(), u.DN)
	}
	switch {
	case len(admins) > 0:
		c.found.admins = true
		if !complete {
			c.line("", "among the people looked at")
		}
	case c.cfg.AdminGroup == "" && len(c.cfg.Policy) == 0:
		c.warn("nobody: name a group in admin_group")
	default:
		c.warn("nobody of those looked at")
	}
}

// administrators are the members of admin_group, and people of the sample whom a rule lets manage others.
func (c *checker) administrators(ctx context.Context) (admins []*ldapmap.User, complete bool) {
	members, listed := c.adminMembers(ctx)
	complete = listed && len(c.cfg.Policy) == 0
	for _, u := range slices.Concat(members, c.found.sample.all) {
		if slices.ContainsFunc(admins, func(a *ldapmap.User) bool { return ldapmap.SameDN(a.DN, u.DN) }) {
			continue
		}
		if len(admins) == adminsMax {
			return admins, false
		}
		groups, err := c.person.Groups(ctx, u)
		if err == nil && c.cfg.Rules.For(u, groups).Can(policy.ManageUsers) {
			admins = append(admins, u)
		}
	}
	return admins, complete
}

// adminMembers reads the group's own list, since its members need not be in the sample.
func (c *checker) adminMembers(ctx context.Context) (members []*ldapmap.User, complete bool) {
	name := c.cfg.AdminGroup
	if name == "" || !c.cfg.Mapping.HasGroups() {
		return nil, true
	}
	groups, err := c.person.FindGroups(ctx, []string{name}, 2)
	if err != nil {
		c.bad("the group %s: %v", name, err)
		return nil, false
	}
	if len(groups) == 0 {
		c.bad("there is no group %q (admin_group)", name)
		return nil, true
	}
	entry, err := c.dir.Read(ctx, groups[0].DN, c.cfg.Mapping.MemberAttribute())
	if err != nil {
		c.bad("the members of %s: %v", name, err)
		return nil, false
	}
	values := entry.Values(c.cfg.Mapping.MemberAttribute())
	for _, v := range values[:min(len(values), adminsMax)] {
		if u := c.member(ctx, v); u != nil {
			members = append(members, u)
		}
	}
	return members, len(values) <= adminsMax
}

// member finds the person behind a value of the member attribute: a DN or a user name.
func (c *checker) member(ctx context.Context, value string) *ldapmap.User {
	if _, err := ldapmap.ParseDN(value); err == nil && strings.Contains(value, "=") {
		e, err := c.dir.Read(ctx, value, c.cfg.Mapping.Attributes()...)
		if err != nil {
			return nil
		}
		u, err := c.cfg.Mapping.User(e)
		if err != nil {
			return nil
		}
		return u
	}
	var found *ldapmap.User
	_ = c.person.List(ctx, ldapmap.Query{Filter: c.cfg.Mapping.UsernameFilter(value), Limit: 1}, func(u *ldapmap.User) bool {
		found = u
		return false
	})
	return found
}
