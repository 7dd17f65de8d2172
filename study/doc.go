// Package study defines the terms of a user study: what a researcher would name in the
// Methods section of a paper, and the rules that apply to it.
//
// It is the ground floor. Every other package may import it. It imports only the standard library,
// does no input or output, and knows neither SQL nor JSON nor HTML. Rules that need the time or
// random numbers take them as arguments.
package study
