// Package gateway puts Wicketgate together: it is the composition root, and the only package that chooses stores, wires flows and
// owns what runs in the background.
//
//		New(ctx, config) -> Handler (everything people and applications see), Metrics (the second address), Close
//
//	  - gateway.go: New, Handler, Metrics, Close
//	  - parts.go: from the configuration to the parts
//	  - routes.go: every URL of the program on one page
//	  - health.go: /healthz, /readyz, the checks of the status page
//	  - background.go: preparing the state tree, the janitor, coming back when the directory does
//	  - away.go: the page that everybody sees while no directory server answers
//
// New never fails because a server is down: the program starts, says so on every page, and recovers by itself.
package gateway
