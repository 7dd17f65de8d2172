// Package wiretest has what the tests of the screen protocol share: messages put together by hand,
// machines that follow a script, pictures, and a viewer that looks when it is told to.
package wiretest
