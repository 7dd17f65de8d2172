// Package catalogue says the program's own words to participants in their language.
//
// The key of a text is the text in English, as it stands where it is used: [Tongue.Say] says it in another language, with
// values in its places as fmt has them. words/de.yaml has the texts in German; words/en.yaml only those that depend on a
// number. A language without a file is spoken in English: the study's own texts are what matters there.
//
// Texts of a study are not here; see study.Wording.
//
// # How a page gets its language
//
// Each request has a tongue in its context, at first the one that the browser prefers ([Hear]). Whoever finds out whose visit
// it is changes it ([Speak]). Components and errors read it with [From] and [Say].
//
// # The pseudo-language
//
// [Pseudo] and [PseudoRTL] are languages of tests. They say every text of the catalogue in letters with accents, so a word
// of English letters on such a page has not passed through the catalogue.
package catalogue
