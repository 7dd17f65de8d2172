// Package model fits mixed models to what participants did in several conditions: models that know that the values of
// one person belong together.
//
// docs/glossary.md has the words (contrast, family, separation, taste).
//
// There are three: [FitLinear] for values on a metric scale such as NASA-TLX or the logarithm of a time, [FitOrdinal] for
// ratings, [FitLogistic] for what happened or did not. Each has one random intercept: people differ in their general level. [ART] and
// [ARTContrasts] rank first, and [Repeated] is the analysis of variance with repeated measures.
// docs/statistics.md says which answers which question.
//
// Rows go in as they are: participant, level of each factor, value. What a model cannot tell is a [study.Refusal] of the
// kind study.ErrInvalid whose sentence says why: too few people, a combination of levels that nobody has met, a condition in which
// all answer the same extreme, a fit that does not converge. No result is NaN or an infinity.
//
// [Assumptions] makes up studies, and [Power] runs planned tests on many of them.
//
// Everything is pure: the same rows, or the same seed, give the same numbers.
package model
