// Package migrations holds the shape of the database, as numbered steps that lead from an
// empty database to today's.
//
// The steps only go forward: a step that has been released is never edited, a mistake is
// mended by the next one. Each begins with a comment that says why it is there. Columns that
// hold a quantity carry its unit in their name; durations are nanoseconds in a bigint, as
// they are in the program, so that nothing is rounded on the way.
package migrations

import "embed"

// FS holds the steps, in the naming of goose: 00001_name.sql.
//
//go:embed *.sql
var FS embed.FS
