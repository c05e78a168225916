// Package consents has the pages about what applications may know of a person.
//
//	GET  /consent         asks whether an application may have what it wants; the request waits sealed in the address
//	POST /consent         the answer; back to the authorization endpoint, which goes on to the application
//	GET  /device          asks for the code that a device shows (RFC 8628)
//	POST /device          looks for the device
//	GET  /device/confirm  asks whether that device may have what it wants
//	POST /device/confirm  the answer, which the device finds when it asks the next time
//	GET  /applications    the applications one lets in, and what each knows
//	POST /applications    takes one back
//
// What is asked and what an answer does is the provider's business (gateway/oidc); this package finds the words. consent.go, device.go and
// applications.go are the handlers, words.go says what a scope means to somebody who has never heard of one.
//
// The flow is mounted by gateway. It imports gateway/{oidc,visit,web}, ldapmap, ldapmap/policy and templates.
package consents

import (
	"net/http"

	"github.com/wicketgate/wicketgate/gateway/oidc"
	"github.com/wicketgate/wicketgate/gateway/visit"
	"github.com/wicketgate/wicketgate/gateway/web"
	"github.com/wicketgate/wicketgate/ldapmap/policy"
)

// The addresses of the flow.
const (
	PathConsent      = oidc.PathConsent
	PathApplications = "/applications"
	PathDevice       = oidc.PathDevice

	pathDeviceConfirm = "/device/confirm"
)

// Flow has what the pages need. All fields are required.
type Flow struct {
	Kit      *web.Kit
	Door     *visit.Door
	Provider *oidc.Provider
}

// Mount adds the routes.
func (f *Flow) Mount(mux *http.ServeMux) {
	mux.Handle("GET "+PathConsent, f.Kit.Handle(f.ask))
	mux.Handle("POST "+PathConsent, f.Kit.Handle(f.answer))
	mux.Handle("GET "+PathDevice, f.Kit.Handle(f.Door.Can(policy.UseOIDC, f.typeCode)))
	mux.Handle("POST "+PathDevice, f.Kit.Handle(f.Door.Can(policy.UseOIDC, f.takeCode)))
	mux.Handle("GET "+pathDeviceConfirm, f.Kit.Handle(f.Door.Can(policy.UseOIDC, f.askForDevice)))
	mux.Handle("POST "+pathDeviceConfirm, f.Kit.Handle(f.Door.Can(policy.UseOIDC, f.answerDevice)))
	mux.Handle("GET "+PathApplications, f.Kit.Handle(f.Door.Can(policy.UseOIDC, f.list)))
	// Taking a permission back is for everybody who is signed in, also for those who may not use applications any more.
	mux.Handle("POST "+PathApplications, f.Kit.Handle(f.Door.SignedIn(f.takeBack)))
}
