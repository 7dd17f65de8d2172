package stream

import (
	"fmt"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Bundle has the chunks that a stream will need in any case. It is packed once, long before: the "one contiguous compressed
// run" of REAP (Ustiugov et al., ASPLOS 2021). So there is time for the strongest compression. The chunks need not come
// exactly in the order in which they are needed. So neighbours in the machine are side by side in the bundle, which
// compresses better.
//
// A near end asks for the parts of a bundle one by one, in the same way as for other read-ahead.
type Bundle struct {
	Content string // id of the images from which it is made
	index   wire.BundleIndex
	packed  []byte // one zstd frame: the chunks of all groups as wire.Absolute makes them
}

// Offer lets near ends ask for b by a name of at most 255 bytes. It must be called before Serve. If b is made from other
// images, the error is of kind study.ErrConflict.
func (o *Origin) Offer(name string, b Bundle) error {
	if b.Content != o.layout.Content {
		return fmt.Errorf("bundle of %q: %w", b.Content, study.ErrConflict)
	}
	if o.bundles == nil {
		o.bundles = map[string]Bundle{}
	}
	o.bundles[name] = b
	return nil
}
