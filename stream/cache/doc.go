// Package cache keeps pages of streamed machines at the near end from one session to the next, so
// that what has travelled once need not travel again.
//
// Chunks are known by their hash ([stream.Hash]) and kept once, whichever machine they came with. A
// file beside them says, for each content that was streamed, which chunk had which hash: a stream of
// the same content then knows at once what it need not ask for, and the origin need not be told.
//
// # Files
//
//	segments/NUMBER  1024 hashes, then the 1024 chunks that have them
//	places/CONTENT   which chunk of a content has which hash, in records that are only appended
//	lock             held by the process that uses the directory
//
// # Bounded
//
// Segments are filled one after the other. When there are too many the oldest goes; those of its
// chunks that were used since they came are moved to the newest first, up to half a segment: so what
// is used stays, as with a list ordered by use, but there is no list to keep.
//
// # What can go wrong
//
// A chunk is hashed when it is read, so nothing else is needed for a process that is killed, a
// computer that stops or a disk that forgets: what does not have its hash is not here. Nothing is
// ever synced. A disk that is full ends the keeping, not the stream: the first failure is told once
// and no chunk is taken any more; what is here may still be read.
package cache
