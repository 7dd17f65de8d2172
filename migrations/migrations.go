// Package migrations contains the schema of the database, as numbered migrations that lead from an
// empty database to today's.
//
// Migrations only go forward: once a migration is released its statements never change, and a later
// migration corrects its mistakes. Each begins with a comment that says why it exists. A column for
// a quantity has the unit in its name; durations are nanoseconds in a bigint, as in the program, so
// that nothing is rounded.
package migrations

import "embed"

// FS has the migrations, named as goose expects: 00001_name.sql.
//
//go:embed *.sql
var FS embed.FS

// ByProgram lists by their numbers the migrations that SQL cannot do, named as the files are. Package postgres does them.
var ByProgram = map[int64]string{
	17: "00017_documents.go",
	19: "00019_conditions.go",
}
