package gateway

import (
	"context"
	"net/netip"
	"time"

	"github.com/wicketgate/wicketgate/gateway/authn"
	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/oidc/rp"
	"github.com/wicketgate/wicketgate/ldapmap"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

func (p *parts) makeProvider(surroundings) (err error) {
	self := p.cfg.SelfRegistration()
	self.Pace = registrationPace(p.clock)
	p.provider, err = oidc.New(oidc.Deps{
		Issuer: p.cfg.Public.String(), Keyring: p.keyring, Records: p.records, Store: p.store, People: p.people, Fields: p.cfg.Mapping.Fields(),
		Clients: p.cfg.OIDCClients(), Resources: p.cfg.OIDCResources(), Registration: self, Kit: p.kit, Sessions: p.sessions, MayUse: p.mayUse, Locales: p.languages(),
		Subject: p.cfg.Subject, Vouched: p.cfg.Mapping.Vouched, ACRValues: []string{authn.ACRPassword},
		Lifetimes: p.cfg.TokenLifetimes(), KeysEvery: p.cfg.KeysEvery(), Keys: p.cfg.SigningKeys(), PrivateDocuments: p.cfg.Documents.Private, Audit: p.audit, Log: p.log, Clock: p.clock,
	})
	return err
}

// registrationPace is how often applications can be registered: ten at once from an address and a hundred from everywhere, then ever more slowly. Each replica counts by
// itself.
func registrationPace(clock func() time.Time) func(ip string) time.Duration {
	one := authn.NewLimiter(authn.Pace{Free: 10, First: time.Minute, Most: time.Hour, Forget: 24 * time.Hour}, 0, clock)
	all := authn.NewLimiter(authn.Pace{Free: 100, First: 10 * time.Second, Most: 10 * time.Minute, Forget: time.Hour}, 1, clock)
	return func(ip string) time.Duration {
		key := ip
		if addr, err := netip.ParseAddr(ip); err == nil {
			key = authn.AddressKey(addr)
		}
		if wait := one.Take(key); wait > 0 {
			return wait
		}
		return all.Take("all")
	}
}

// mayUse asks the policy whether somebody may sign in to applications at all. Groups are read only if a rule needs them.
func (p *parts) mayUse(ctx context.Context, u *ldapmap.User, _ *rp.Client) (bool, error) {
	var groups []ldapmap.Group
	if p.cfg.Rules.NeedsGroups() {
		if p.cfg.Rules.For(u, nil).Can(policy.UseOIDC) { // rights only add up: what groups could give is there already
			return true, nil
		}
		var err error
		if groups, err = p.people.Groups(ctx, u); err != nil {
			return false, err
		}
	}
	return p.cfg.Rules.For(u, groups).Can(policy.UseOIDC), nil
}

func (p *parts) languages() []string {
	var tags []string
	for _, loc := range p.bundle.Locales() {
		tags = append(tags, loc.Tag())
	}
	return tags
}
