// Package cache keeps pages of streamed machines at the near end from one session to the next, so
// that what has travelled once need not travel again.
//
// Chunks are known by their hash ([wire.Hash]) and kept once, whichever machine they came with. A
// file beside them says, for each content that was streamed, which chunk has which hash. So a stream of
// the same content knows at once what it need not ask for, and the origin need not be told.
//
// # Files
//
//	segments/NUMBER  1024 hashes, then the 1024 chunks that have them
//	places/CONTENT   which chunk of a content has which hash, in records that are only appended
//	lock             locked by the process that uses the directory
//
// # Bounded
//
// Segments are filled one after the other. When there are too many, the oldest is removed. Before that, those of
// its chunks that were used since they came are copied to the newest segment, up to half a segment. So what
// is used stays, as with a list ordered by use, but without the list.
//
// # What can go wrong
//
// A chunk is hashed when it is read, and one that does not have its hash counts as not here. That is enough for
// a process that is killed, a computer that stops and a disk that forgets, so nothing is ever synced. If
// the disk is full, no more chunks are kept; that is told once, and the stream goes on. Chunks that are here may
// still be read.
package cache
