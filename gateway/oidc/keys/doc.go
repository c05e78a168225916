// Package keys looks after the keys that the provider signs with: they are made at the first start, lie sealed in the state tree, are shared by all
// replicas, published before they sign and until what they signed has expired.
//
//	keys.go       one key and its record; reading them, and making those that are missing
//	keyset.go     Set: the keys as a replica knows them; signing and checking
//	file.go       Fixed: keys that are brought along
//	rotation.go   Plan: when a key is replaced; Rotate, Replace and List for the command line
//	salt.go       Salt: what pairwise subjects are made with, kept beside the keys
//
// gateway/oidc signs with it. It imports gateway/state and ldapmap/fault.
package keys
