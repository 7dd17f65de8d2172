// Package analysis turns what a study has recorded into tables, figures and files that an
// analyst can open.
//
// A [Column] explains itself: the header of a file and the line in the codebook come from the
// same place as the cell. [Export] streams from a [Source], so its memory hardly grows with the
// study. [Find] describes one version of a study by condition. It tests nothing: the analyst
// decides beforehand which hypotheses to test and how to correct for several comparisons.
//
// A missing value is an empty cell, never -1 or 1970. Texts that a spreadsheet would read as a
// formula get an apostrophe; numbers stay as they are.
package analysis
