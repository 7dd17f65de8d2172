// Package analysis turns what a study has recorded into tables, figures and files that an
// analyst can open.
//
// A [Column] explains itself: the header of a file and the line in the codebook come from the
// same place as the cell. [Export] streams from a [Source], so its memory hardly grows with the
// study. [Find] describes one version of a study by condition. It tests nothing: the analyst
// decides beforehand which hypotheses to test and how to correct for several comparisons.
//
// What has no number is never -1 or 1970: see [Value]. Texts that a spreadsheet would read as a
// formula, or R as a value that is not known, get an apostrophe; numbers stay as they are.
package analysis
