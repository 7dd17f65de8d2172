package stream

import (
	"errors"
	"fmt"
	"syscall"
	"time"

	"vmstudy/stream/wire"
	"vmstudy/study"
)

// ErrWrongChunk is why a stream ended to which the origin sent something else than what the
// chunk's hash says, twice.
var ErrWrongChunk = study.Refuse(study.ErrConflict, "Wrong chunk: a page of the machine arrived damaged, and damaged again when it was asked for once more.")

// hopeless marks err as something that no further attempt can mend.
func hopeless(err error) error { return fmt.Errorf("%w: %w", wire.ErrFault, err) }

// lost is why a stream ended whose origin was not heard of for so long.
func lost(patience time.Duration, err error) error {
	return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The far end, from which the machine is streamed, was not heard of for %v.", patience), err)
}

// unkept is why a stream ended that could not keep what came, or what the machine wrote.
func unkept(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The disk here is full: the streamed machine could not be kept."), err)
	}
	return fmt.Errorf("%w: %w", study.Refuse(study.ErrConflict, "The streamed machine could not be kept on the disk here."), err)
}

// refuse decides about a chunk that did not have its hash: it is asked for once more, over a new
// connection, because behind the damage nothing of the old one can be trusted. The second time the
// stream ends.
func (n *Near) refuse(c wire.Chunk) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stats.Wrong++
	err := fmt.Errorf("chunk %d of %s has not its hash", c.Index, n.layout.Images[c.Image].Name)
	if n.wrong[c] {
		return hopeless(fmt.Errorf("%w: %w", ErrWrongChunk, err))
	}
	n.wrong[c] = true
	return fmt.Errorf("%w: %w", err, wire.ErrProtocol)
}
