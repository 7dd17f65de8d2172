package wire

// Flags of an H264 rectangle. They end streams of pictures: that of rectangles with this place and size, or all.
// rfbproto, "Open H.264 Encoding".
const (
	H264Reset    uint32 = 1
	H264ResetAll uint32 = 2
)

// MaxH264 is the length of the data of one H264 rectangle, in bytes: several times that of a picture of MaxScreen pixels which
// was encoded well.
const MaxH264 = 16 << 20

// ReadH264 reads how many bytes of data follow, and the flags.
func ReadH264(r *Reader) (length int, flags uint32) {
	length = r.Length("H.264 picture", r.U32(), MaxH264)
	return length, r.U32()
}

func skipH264(r *Reader, _ Rectangle, _ PixelFormat) {
	length, _ := ReadH264(r)
	r.Skip(length)
}
