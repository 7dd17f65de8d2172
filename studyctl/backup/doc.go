// Package backup writes everything that a laboratory has into one file, and reads it again.
//
// The file is a tar archive in a Zstandard frame, which age (filippo.io/age) may have encrypted. So a person without this program
// can open it, too: "age -d FILE | zstd -dc | tar x". Its entries, in their order:
//
//	vmstudy-backup.json  what this is: a Header
//	database/000001 ...  what pg_dump wrote in its custom format, in pieces: put together, pg_restore takes it
//	files/...            what lies in the data directory, with the paths that it has there
//	sums.txt             the SHA-256 of each entry before it, as sha256sum writes them
//
// sums.txt comes last. So a file that was cut at its end has none, and is refused as a whole.
//
// # Traps
//
//   - A tar archive needs the length of an entry before its content. pg_dump does not know the length of what it will write. Hence the pieces.
//   - A recording grows while it is copied. The copy has what there was when it was opened; the next start of a server
//     closes it off, as it does with the file that a killed server has left.
//   - Names in an archive come from outside. Only names below the entries above are taken, and no name that leads out of its directory.
package backup
