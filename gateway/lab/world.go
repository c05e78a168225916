package lab

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/wicketgate/wicketgate/gateway"
	"github.com/wicketgate/wicketgate/gateway/config"
	"github.com/wicketgate/wicketgate/gateway/mail/inbox"
	"github.com/wicketgate/wicketgate/ldapmap/directory"
	"github.com/wicketgate/wicketgate/ldapmap/memdir"
)

//go:embed wicketgate.yaml
var configuration string

//go:embed directory.ldif
var ldif string

const (
	suffix  = "dc=example,dc=org"
	adminDN = "cn=admin," + suffix
)

// world is what Reset replaces.
type world struct {
	clock   *Clock
	memory  *memdir.Server
	mails   *inbox.Server
	config  *config.Config
	gateway *gateway.Gateway
	admin   *directory.Directory // as somebody who may do everything
	people  *directory.People    // by that administrator's hand

	passwords sync.Map // by username, of those who do not have the standard one
	clients   sync.Map // by id, those of AddClient with their secrets
}

// world makes one, with the seed in it.
func (l *Lab) world(ctx context.Context) (w *world, err error) {
	w = &world{clock: &Clock{}}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	admin, service := rand.Text(), rand.Text()
	if err = w.openDirectory(ctx, admin, service); err != nil {
		return w, err
	}
	if w.mails, err = inbox.Listen("127.0.0.1:0", inbox.Options{Clock: w.clock.Now, Keep: maxMails}); err != nil {
		return w, fmt.Errorf("starting the inbox: %w", err)
	}
	if err = w.openGateway(ctx, l, service); err != nil {
		return w, err
	}
	as := w.config.Transport()
	as.BindDN, as.BindPassword = adminDN, admin
	if w.admin, err = directory.Open(as, directory.WithClock(w.clock.Now)); err != nil {
		return w, fmt.Errorf("reaching the directory: %w", err)
	}
	w.people = directory.NewPeople(w.admin, w.config.Mapping)
	return w, w.plant(ctx, l.options.Seed)
}

func (w *world) openDirectory(ctx context.Context, admin, service string) (err error) {
	if w.memory, err = memdir.New(memdir.Options{
		Suffixes: []string{suffix}, RootDN: adminDN, RootPassword: admin, Access: access(), Clock: w.clock.Now,
		Policy: &memdir.PasswordPolicy{MinLength: 8, MaxFailure: 10, LockoutDuration: 10 * time.Minute},
	}); err != nil {
		return fmt.Errorf("making the directory: %w", err)
	}
	if err = w.memory.LoadLDIF(strings.NewReader(strings.ReplaceAll(ldif, "${SERVICE}", service))); err != nil {
		return fmt.Errorf("filling the directory: %w", err)
	}
	if err = w.memory.Start(context.WithoutCancel(ctx)); err != nil { // it ends with close
		return fmt.Errorf("starting the directory: %w", err)
	}
	return nil
}

func (w *world) openGateway(ctx context.Context, l *Lab, service string) (err error) {
	values := map[string]string{
		"URL": l.URL, "DIRECTORY": w.memory.URL(), "SECRET": rand.Text() + rand.Text(), "SMTP_PORT": strconv.Itoa(w.mails.Port()), "SERVICE": service,
	}
	look := func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	if w.config, err = config.Parse("wicketgate.yaml", []byte(Overlay(configuration, l.options.Config)), look); err != nil {
		return err
	}
	if w.gateway, err = gateway.New(ctx, w.config, gateway.WithLog(l.options.Log), gateway.WithClock(w.clock.Now), gateway.WithFloor(-1),
		gateway.WithVersion(l.options.Version)); err != nil {
		return err
	}
	select {
	case <-w.gateway.Prepared():
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the gateway does not get ready: %w", ctx.Err())
	}
}

// access gives the gateway's account what an administrator should give it.
func access() []memdir.Rule {
	const service = "cn=wicketgate,ou=services," + suffix
	writes := memdir.By{Who: memdir.IsDN, Name: service, Level: memdir.Write}
	anyoneReads := memdir.By{Who: memdir.Anyone, Level: memdir.Read}
	return []memdir.Rule{
		{Attrs: []string{"userPassword"}, By: []memdir.By{
			{Who: memdir.IsDN, Name: service, Level: memdir.WriteOnly}, {Who: memdir.Self, Level: memdir.WriteOnly}, {Who: memdir.Anonymous, Level: memdir.Auth}}},
		{Attrs: []string{"pwdHistory"}},
		{Base: "ou=wicketgate," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{writes}},
		{Base: "ou=people," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{writes, anyoneReads}},
		{Base: "ou=groups," + suffix, Scope: memdir.ScopeSubtree, By: []memdir.By{writes, anyoneReads}},
		{By: []memdir.By{anyoneReads}},
	}
}

func (w *world) close() error {
	var errs []error
	if w.admin != nil {
		errs = append(errs, w.admin.Close())
	}
	if w.gateway != nil {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		errs = append(errs, w.gateway.Close(ctx))
	}
	if w.mails != nil {
		errs = append(errs, w.mails.Close())
	}
	if w.memory != nil {
		errs = append(errs, w.memory.Close())
	}
	return errors.Join(errs...)
}

// Operations are what the directory was asked.
type Operations struct{ Binds, Searches, Writes int }

// Operations counts what the directory has been asked since the start or the last Reset, by the gateway and by the lab.
func (l *Lab) Operations() Operations {
	c := l.current().memory.Counts()
	return Operations{Binds: int(c.Binds), Searches: int(c.Searches), Writes: int(c.Writes())}
}
