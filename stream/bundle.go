package stream

import (
	"fmt"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Bundle is what a stream will want in any case, packed once and long before: REAP's "one contiguous
// compressed run" (Ustiugov et al., ASPLOS 2021). So there is time for the strongest compression. And the
// chunks need not come exactly in the order of their need, so neighbours in the machine lie side by side here,
// which compresses better.
//
// A near end asks for a bundle part by part, as it asks for other chunks ahead of need.
type Bundle struct {
	Content string // id of the images that it is made of
	index   wire.BundleIndex
	packed  []byte // one zstd frame: the chunks of all groups as wire.Absolute makes them
}

// Offer lets near ends ask for b by a name of at most 255 bytes. It must be called before Serve. An error is of
// kind study.ErrConflict if b is of other content.
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
