// Package wire has the words in which a streamed machine is spoken of: chunks and their hashes, the
// images that they make up, and the messages between the near end and the origin.
//
// The store at the far end, the cache at the near end, the forecast and the stream itself share these
// words, and nothing else. Package stream tells why the messages are as they are.
package wire
