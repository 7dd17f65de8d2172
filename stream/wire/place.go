package wire

// Place says which hash a chunk of some content has.
type Place struct {
	Chunk
	Hash Hash
	Wire uint16 // how many bytes it took when it came
}
