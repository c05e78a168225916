// Package examples holds applications that sign people in, and their tests with a whole gateway: go and pytest. The tests here run them as their readers would.
// docs/how-to/test-your-application.md shows parts of them, and a test in docs holds it to them.
package examples
