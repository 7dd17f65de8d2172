// Package analysis turns what a study has recorded into tables, figures and files that an
// analyst can open.
//
// A [Column] explains itself: the header of a file and the line in the codebook come from the
// same place as the cell. [Export] streams from a [Source], so its memory does not grow with
// the study; [Find] describes one version of a study by condition. It describes only: what is
// tested, and with which family of comparisons, is for the analyst to say beforehand.
//
// Missing is an empty cell, never -1 or 1970. Texts are guarded against being taken for
// formulas by a spreadsheet; numbers are not touched.
package analysis
