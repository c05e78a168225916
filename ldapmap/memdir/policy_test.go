package memdir_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

// clock is a time that moves when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// withPolicy serves people who may change their own password, and a service that may reset those below people.
func withPolicy(t *testing.T, p memdir.PasswordPolicy) (*memdir.Server, *clock) {
	t.Helper()
	c := newClock()
	return start(t, func(o *memdir.Options) {
		o.Policy, o.Clock = &p, c.Now
		o.Access = []memdir.Rule{
			{Base: people, Scope: memdir.ScopeChildren, Attrs: []string{"userPassword"}, By: []memdir.By{
				{Who: memdir.Self, Level: memdir.Write}, {Who: memdir.Anonymous, Level: memdir.Auth},
				{Who: memdir.IsDN, Name: bob, Level: memdir.Write}}},
			{By: []memdir.By{{Who: memdir.Anyone, Level: memdir.Read}}},
		}
	}), c
}

// bindSays binds with the policy control and puts the answer into words.
func bindSays(t *testing.T, s *memdir.Server, password string) (string, *ldap.Conn) {
	t.Helper()
	c := dial(t, s, "", "")
	res, err := c.SimpleBind(ldap.NewSimpleBindRequest(ann, password, []ldap.Control{ldap.NewControlBeheraPasswordPolicy()}))
	code := 0
	if le, ok := errors.AsType[*ldap.Error](err); ok {
		code = int(le.ResultCode)
	} else if err != nil {
		t.Fatal(err)
	}
	out := fmt.Sprint(code)
	ctl, ok := ldap.FindControl(res.Controls, ldap.ControlTypeBeheraPasswordPolicy).(*ldap.ControlBeheraPasswordPolicy)
	if !ok {
		return out + " no control", c
	}
	if ctl.Expire >= 0 {
		out += fmt.Sprintf(" expires in %d", ctl.Expire)
	}
	if ctl.Grace >= 0 {
		out += fmt.Sprintf(" grace %d", ctl.Grace)
	}
	if ctl.Error >= 0 {
		out += " " + ctl.ErrorString
	}
	return out, c
}

func wantSays(t *testing.T, s *memdir.Server, password, want string) *ldap.Conn {
	t.Helper()
	got, c := bindSays(t, s, password)
	if got != want {
		t.Errorf("bind says %q, want %q", got, want)
	}
	return c
}

func setPassword(c *ldap.Conn, name, old, password string) error {
	_, err := c.PasswordModify(ldap.NewPasswordModifyRequest(name, old, password))
	return err
}

func change(t *testing.T, c *ldap.Conn, name, attr string, values ...string) {
	t.Helper()
	req := ldap.NewModifyRequest(name, nil)
	req.Replace(attr, values)
	wantCode(t, c.Modify(req), 0)
}

func TestWrongPasswordsLockUntilTimePassesOrSomebodyUnlocks(t *testing.T) {
	t.Parallel()
	s, clock := withPolicy(t, memdir.PasswordPolicy{MaxFailure: 3, LockoutDuration: time.Minute, FailureCountInterval: time.Hour})
	for range 3 {
		wantSays(t, s, "wrong", "49")
	}
	wantSays(t, s, "ann-secret", "49 Account locked")
	clock.pass(time.Minute)
	wantSays(t, s, "wrong", "49") // the count starts again
	wantSays(t, s, "ann-secret", "0")
	if e, _ := s.Get(ann); e.Values("pwdFailureTime") != nil || e.Values("pwdAccountLockedTime") != nil {
		t.Errorf("success leaves %v", e)
	}
	wantSays(t, s, "wrong", "49")
	wantSays(t, s, "wrong", "49")
	clock.pass(time.Hour)
	wantSays(t, s, "wrong", "49")
	wantSays(t, s, "ann-secret", "0") // the first two are forgotten

	c := root(t, s)
	change(t, c, ann, "pwdAccountLockedTime", "000001010000Z")
	clock.pass(1000 * time.Hour)
	wantSays(t, s, "ann-secret", "49 Account locked")
	change(t, c, ann, "pwdAccountLockedTime")
	wantSays(t, s, "ann-secret", "0")
	change(t, c, ann, "pwdAccountLockedTime", "000001010000Z")
	wantCode(t, setPassword(c, ann, "", "new-secret"), 0)
	wantSays(t, s, "new-secret", "0") // a password write unlocks, as in slapd

	change(t, c, ann, "pwdEndTime", "20300101000000Z")
	change(t, c, ann, "pwdStartTime", "20290101000000Z")
	wantSays(t, s, "new-secret", "49 Account locked")
	change(t, c, ann, "pwdStartTime", "20260101000000Z")
	wantSays(t, s, "new-secret", "0")
	change(t, c, ann, "pwdEndTime", "20260301000000Z")
	wantSays(t, s, "new-secret", "49 Account locked")
}

func TestALockMayAnswerAs389DSDoes(t *testing.T) {
	t.Parallel()
	s, _ := withPolicy(t, memdir.PasswordPolicy{LockedCode: memdir.ConstraintViolation})
	change(t, root(t, s), ann, "pwdAccountLockedTime", "000001010000Z")
	wantSays(t, s, "ann-secret", "19 Account locked")
}

func TestParallelGuessesAllCount(t *testing.T) {
	t.Parallel()
	s, _ := withPolicy(t, memdir.PasswordPolicy{MaxFailure: 20})
	var wg sync.WaitGroup
	for range 20 {
		c := dial(t, s, "", "")
		wg.Go(func() { _ = c.Bind(ann, "guess") })
	}
	wg.Wait()
	if e, _ := s.Get(ann); len(e.Values("pwdFailureTime")) != 20 {
		t.Errorf("%d failures noted", len(e.Values("pwdFailureTime")))
	}
	wantSays(t, s, "ann-secret", "49 Account locked")
}

func TestPasswordsExpireWithWarningAndGrace(t *testing.T) {
	t.Parallel()
	s, clock := withPolicy(t, memdir.PasswordPolicy{MaxAge: 100 * time.Second, ExpireWarning: 30 * time.Second, GraceLogins: 2})
	wantSays(t, s, "ann-secret", "0") // loaded without a date: never expires
	wantCode(t, setPassword(root(t, s), ann, "", "second-secret"), 0)
	clock.pass(69 * time.Second)
	wantSays(t, s, "second-secret", "0")
	clock.pass(time.Second)
	wantSays(t, s, "second-secret", "0 expires in 30")
	clock.pass(30 * time.Second)
	wantSays(t, s, "second-secret", "0 grace 1")
	c := wantSays(t, s, "second-secret", "0 grace 0")
	wantSays(t, s, "second-secret", "49 Password expired")
	wantSays(t, s, "wrong", "49")
	wantCode(t, setPassword(c, "", "second-secret", "third-secret"), 0)
	wantSays(t, s, "third-secret", "0")
}

func TestAResetPasswordHasToBeChangedFirst(t *testing.T) {
	t.Parallel()
	s, _ := withPolicy(t, memdir.PasswordPolicy{MustChange: true, MaxAge: 100 * time.Second, ExpireWarning: 200 * time.Second})
	service := dial(t, s, bob, "bob-secret")
	wantCode(t, setPassword(service, ann, "", "from-the-desk"), 0)
	c := wantSays(t, s, "from-the-desk", "0 expires in 100 Password must be changed")
	_, err := c.Search(ldap.NewSearchRequest(suffix, 0, 0, 0, 0, false, "(cn=*)", nil, nil))
	wantCode(t, err, 50)
	_, err = c.Compare(ann, "sn", "lee")
	wantCode(t, err, 50)
	for name, err := range map[string]error{
		"another attribute": func() error {
			r := ldap.NewModifyRequest(ann, nil)
			r.Replace("userPassword", []string{"x"})
			r.Replace("sn", []string{"x"})
			return c.Modify(r)
		}(),
		"add":                c.Add(addRequest("uid=x,"+people, person(nil))),
		"delete":             c.Del(ldap.NewDelRequest(bob, nil)),
		"rename":             c.ModifyDN(ldap.NewModifyDNRequest(ann, "uid=b", true, "")),
		"somebody elses one": setPassword(c, bob, "", "x"),
	} {
		if !ldap.IsErrorWithCode(err, 50) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := c.Search(ldap.NewSearchRequest("", 0, 0, 0, 0, false, "(objectClass=*)", nil, nil)); err != nil {
		t.Errorf("root DSE: %v", err)
	}
	wantCode(t, setPassword(c, "", "from-the-desk", "my-own-secret"), 0)
	if _, err := c.Compare(ann, "sn", "lee"); err != nil {
		t.Errorf("after the change: %v", err)
	}
	if e, _ := s.Get(ann); e.Has("pwdReset", "TRUE") {
		t.Error("still marked for change")
	}
}

func TestThePolicySaysWhyAPasswordIsRefused(t *testing.T) {
	t.Parallel()
	policy := memdir.PasswordPolicy{MinLength: 8, History: 1, MinAge: time.Hour, RefuseHashed: true,
		Quality: func(_, password string) error {
			if strings.Contains(password, "password") {
				return errors.New("it contains the word password")
			}
			return nil
		}}
	s, clock := withPolicy(t, policy)
	wantCode(t, setPassword(root(t, s), ann, "", "x"), 0) // the root DN is above the policy
	clock.pass(2 * time.Hour)
	try := func(password string) (string, string) {
		c := dial(t, s, "", "")
		old := "x"
		if c.Bind(ann, old) != nil {
			old = "second-secret"
			if err := c.Bind(ann, old); err != nil {
				t.Fatal(err)
			}
		}
		req := ldap.NewModifyRequest(ann, []ldap.Control{ldap.NewControlBeheraPasswordPolicy()})
		req.Replace("userPassword", []string{password})
		res, err := c.ModifyWithResult(req)
		if err == nil {
			return "done", ""
		}
		le, _ := errors.AsType[*ldap.Error](err)
		reason := ""
		if res != nil {
			if ctl, ok := ldap.FindControl(res.Controls, ldap.ControlTypeBeheraPasswordPolicy).(*ldap.ControlBeheraPasswordPolicy); ok {
				reason = ctl.ErrorString
			}
		}
		if reason == "" && le.Packet != nil && len(le.Packet.Children) > 2 {
			if ctl, err := ldap.DecodeControl(le.Packet.Children[2].Children[0]); err == nil {
				reason = ctl.(*ldap.ControlBeheraPasswordPolicy).ErrorString
			}
		}
		return fmt.Sprintf("%d %s", le.ResultCode, le.Err), reason
	}
	for _, test := range []struct{ password, text, reason string }{
		{"short", "19 Password fails quality checking policy", "Password is too short for policy"},
		{"my password", "19 it contains the word password", "Password fails quality checks"},
		{"{SSHA}UqedsZwG3L+l0tUYfGF3rjppRlQvjNic", "19 Password fails quality checking policy", "Password fails quality checks"},
		{"second-secret", "done", ""},
		{"third-secret", "19 Password is too young to change", "Password has been changed too recently"},
	} {
		if text, reason := try(test.password); text != test.text || reason != test.reason {
			t.Errorf("%s: %q (%s), want %q (%s)", test.password, text, reason, test.text, test.reason)
		}
	}
	clock.pass(2 * time.Hour)
	if text, _ := try("second-secret"); text != "19 Password is not being changed from existing value" {
		t.Error(text)
	}
	if e, _ := s.Get(ann); len(e.Values("pwdHistory")) != 1 || !strings.Contains(e.Value("pwdHistory"), "{SSHA512}") {
		t.Errorf("history: %v", e.Values("pwdHistory"))
	}
	c := dial(t, s, ann, "second-secret")
	wantCode(t, setPassword(c, "", "wrong", "fourth-secret"), 53)
	wantCode(t, setPassword(c, "", "second-secret", "fourth-secret"), 0)
	clock.pass(2 * time.Hour)
	wantCode(t, setPassword(c, "", "", "second-secret"), 19) // in the history
}

func TestSafeModifyWantsTheOldPassword(t *testing.T) {
	t.Parallel()
	s, _ := withPolicy(t, memdir.PasswordPolicy{SafeModify: true})
	c := dial(t, s, ann, "ann-secret")
	wantCode(t, setPassword(c, "", "", "second-secret"), 50)
	wantCode(t, setPassword(dial(t, s, bob, "bob-secret"), ann, "", "second-secret"), 50) // slapd's trap for services
	modify := func(old, password string) error {
		r := ldap.NewModifyRequest(ann, nil)
		r.Delete("userPassword", []string{old})
		r.Add("userPassword", []string{password})
		return c.Modify(r)
	}
	wantCode(t, modify("wrong", "second-secret"), 53)
	wantCode(t, modify("ann-secret", "second-secret"), 0)
	wantCode(t, setPassword(c, "", "second-secret", "third-secret"), 0)
	wantSays(t, s, "third-secret", "0")
}

func TestPeopleMayBeKeptFromChangingTheirPassword(t *testing.T) {
	t.Parallel()
	s, _ := withPolicy(t, memdir.PasswordPolicy{NoUserChange: true})
	wantCode(t, setPassword(dial(t, s, ann, "ann-secret"), "", "ann-secret", "second-secret"), 50)
	wantCode(t, setPassword(dial(t, s, bob, "bob-secret"), ann, "", "second-secret"), 0)
}

func TestAnExtendedPasswordIsNeverTakenForAHash(t *testing.T) {
	t.Parallel()
	s, _ := withPolicy(t, memdir.PasswordPolicy{MinLength: 8, RefuseHashed: true})
	c := dial(t, s, ann, "ann-secret")
	text := "{SSHA}UqedsZwG3L+l0tUYfGF3rjppRlQvjNic"
	wantCode(t, setPassword(c, "", "", text), 0)
	wantCode(t, dial(t, s, "", "").Bind(ann, text), 0)
	wantCode(t, setPassword(c, "", "", "{SSHA}"), 19)
}

func TestAnotherPolicyCanComeIntoForce(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	announced := func() bool {
		e := read(t, dial(t, s, "", ""), "", "supportedControl")
		return slices.Contains(e.GetAttributeValues("supportedControl"), ldap.ControlTypeBeheraPasswordPolicy)
	}
	wantSays(t, s, "ann-secret", "0 no control")
	if announced() {
		t.Error("the control is announced without a policy")
	}
	s.SetPolicy(&memdir.PasswordPolicy{MaxFailure: 1})
	wantSays(t, s, "wrong", "49")
	wantSays(t, s, "ann-secret", "49 Account locked")
	if !announced() {
		t.Error("the control is not announced")
	}
	s.SetPolicy(nil)
	wantSays(t, s, "ann-secret", "0 no control")
}
