package wire

// SetPixelFormat asks for pixels in another format. RFC 6143, section 7.5.1.
type SetPixelFormat struct{ Format PixelFormat }

func readSetPixelFormat(r *Reader) SetPixelFormat {
	r.Skip(3)
	return SetPixelFormat{readPixelFormat(r)}
}

// Append implements [ClientMessage].
func (m SetPixelFormat) Append(b []byte) []byte {
	return m.Format.Append(append(b, TypeSetPixelFormat, 0, 0, 0))
}
