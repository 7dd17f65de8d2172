package wire

// XVPMessage asks for the machine to be switched off or reset (client), or says whether
// that can be had (server). rfbproto, "xvp Client Message" and "xvp Server Message".
type XVPMessage struct{ Version, Code uint8 }

func readXVPMessage(r *Reader) XVPMessage {
	r.Skip(1)
	return XVPMessage{r.U8(), r.U8()}
}

// Append implements [ClientMessage].
func (m XVPMessage) Append(b []byte) []byte { return append(b, TypeXVP, 0, m.Version, m.Code) }
