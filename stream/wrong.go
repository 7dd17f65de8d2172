package stream

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// ErrWrongChunk is the error of a stream that ended because a chunk twice did not have its hash.
var ErrWrongChunk = study.Refuse(study.ErrConflict, "Wrong chunk: a page of the machine arrived damaged, and damaged again when it was asked for once more.")

// hopeless marks err as an error that further attempts would not mend.
func hopeless(err error) error { return fmt.Errorf("%w: %w", wire.ErrFault, err) }

// lost returns the error of a stream that has heard nothing of its origin for longer than patience.
func lost(patience time.Duration, err error) error {
	return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The far end, from which the machine is streamed, was not heard of for %v.", patience), err)
}

// unkept returns the error of a stream that could not keep what came, or what the machine wrote.
func unkept(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The disk here is full: the streamed machine could not be kept."), err)
	}
	return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The streamed machine could not be kept on the disk here."), err)
}

// refuse returns the error for a chunk that did not have its hash. The first error breaks the connection, because nothing that
// comes after the damage can be trusted. The chunk is then asked for once more. The second error ends the stream.
func (n *Near) refuse(c wire.Chunk) error {
	n.mu.Lock()
	again := n.planner.Wrong(c)
	n.mu.Unlock()
	err := fmt.Errorf("chunk %d of %s has not its hash", c.Index, n.layout.Images[c.Image].Name)
	if again {
		return hopeless(fmt.Errorf("%w: %w", ErrWrongChunk, err))
	}
	return fmt.Errorf("%w: %w", err, wire.ErrProtocol)
}
