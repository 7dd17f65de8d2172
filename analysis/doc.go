// Package analysis turns what a study has recorded into tables, figures and files that an
// analyst can open.
package analysis
