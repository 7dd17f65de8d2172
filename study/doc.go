// Package study holds the words of a user study: what a researcher would name in the
// Methods section of a paper, and the rules on it.
//
// It is the ground floor. Everything else may import it; it imports the standard library
// only, does no input or output, and knows neither SQL nor JSON nor HTML. Rules that need
// the time or chance take them as arguments.
package study
