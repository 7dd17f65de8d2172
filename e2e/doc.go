// Package e2e uses the built program as people do: with a real browser, a real database, real
// machines and a real emulated network. It consists of tests only; "make test" builds what they
// need.
package e2e
