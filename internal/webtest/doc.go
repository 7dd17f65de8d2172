// Package webtest is what the tests of package web and its rooms share: a server on a store in memory, and people who use it.
//
//   - A Lab is a server with an experimenter who is signed in. It is asked without a network.
//   - A Person is a participant in a lab, with a browser that keeps cookies, and no scripts.
//   - A Desk is a server with one participant at the screen of a simulated machine.
//   - A Station is a server whose participants (Sitters) share one Chromium, each in a tab.
//
// The first test of a package that needs Chromium starts it, so each package that has such tests calls Main from its TestMain.
//
// It is no package of web, because it needs studytest, which stands beside web. A test that uses it must be in an outer test package,
// such as lab_test: webtest imports web, and web imports lab.
package webtest
