// Package sample fills every page and mail with believable people and applications: for the gallery, for the tests that look
// at all of them, and for the mail previews of the administration pages.
package sample
