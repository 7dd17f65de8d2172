package wire

// Place says what a chunk of a content is.
type Place struct {
	Chunk
	Hash Hash
	Wire uint16 // bytes that it cost when it came
}
