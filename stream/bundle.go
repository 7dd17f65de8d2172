package stream

import (
	"fmt"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// Bundle is what a stream will want in any case, packed once and long before: REAP's "one contiguous
// compressed run" (Ustiugov et al., ASPLOS 2021). There is time then for the strongest compression, over
// all of it, and the chunks need not come in the very order of their need: so those that lie side by side
// in the machine do so here too.
//
// A near end asks for it part by part, as it asks for other chunks ahead of need.
type Bundle struct {
	Content string // id of the images that it is made of
	index   wire.BundleIndex
	packed  []byte // one zstd frame; the chunks of all groups as absolute makes them
}

// Offer lets near ends ask for b by a name of at most 255 bytes, from before Serve on. An error is of kind
// study.ErrConflict if b is of other content.
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
