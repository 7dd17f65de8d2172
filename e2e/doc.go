// Package e2e uses the built program as people do: a real browser, a real database, real
// machines, a real emulated network. It holds tests only; "make test" builds what they need.
package e2e
