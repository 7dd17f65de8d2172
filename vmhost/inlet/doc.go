// Package inlet passes people's input to a guest no faster than the guest reads it.
//
// Between a key and the program that reads it lie queues of a fixed length, and each of them drops input
// when it is full. QEMU's virtio-input has room for 64 evdev events, its PS/2 controller for 16 bytes.
// The guest's kernel queues about 64 evdev events for each program that reads a device (Linux,
// drivers/input/evdev.c), and discards all of them when one more comes. While a streamed machine waits
// for its pages, the reading program makes no progress, but between two pages the kernel still queues
// what is typed: sixteen keystrokes fill its queue, and the seventeenth empties it.
//
// So every input passes an [Inlet]. If the guest has room for it, it goes in at once, in the goroutine of
// the caller. Else it waits in the Inlet, in order, until the guest has read earlier inputs.
//
// # How the Inlet knows what the guest has read
//
//   - A machine with one processor that sleeps, and that waits for none of its files, has nothing left to
//     do: every program that an input woke has run until it waits for more. So if the processor has
//     slept for a while, the guest has read all earlier inputs. This can be seen from outside, with any
//     guest: see [Guest].Rests.
//   - If the processor is never seen asleep, the Inlet assumes that an input has been read once the
//     processor has worked for a quarter of a second since, and half a second has passed on the machine's
//     clock. That clock stops while the machine is held or waits for its files, and shortly after. The
//     assumption may be wrong: a program that gets no processor time for so long loses input. If the
//     processor cannot be seen at all, only the clock counts.
//
// If a program sleeps for another reason than waiting for input, the Inlet takes its input for read. X and
// the consoles of Linux do not sleep so.
//
// # Who repeats a key
//
// A key that is held is repeated by the person's own keyboard: the viewer sends a press again and again. Linux ignores a
// second press of a key that is down. It has repeats of its own, and so has X; both come by the clock, so they also come
// if the machine stood still between a press and its release, and then write letters that nobody typed. Our appliances
// therefore repeat nothing, and the Inlet releases a key before it passes a repeat: one repeat of the person is one
// letter. Keys that only change the meaning of others, as Shift, stay down: see [Stays].
//
// # What the Inlet guarantees
//
//   - No input that went in is dropped on the way, as far as the assumptions above are true.
//   - Inputs go in in the order in which they were made, across all viewers and devices.
//   - A press or release of a key or button is never left out. A move with no button down is left out if
//     it waits and the next input of the same viewer is another such move. A repeat of a key is left out
//     in the same way. A repeat of a key that Stays is always left out: it does nothing. Of a drag, at most 15 moves
//     in a row wait. The others are left out, those first without which the way changes least: what a drag
//     draws depends on its way.
//   - Inputs that waited keep their distances on the machine's clock, up to 20 ms between keys and between
//     the moves of a drag, and 100 ms before and after a press or release of a button; longer distances may
//     shrink to that. Two presses of buttons that were more than 500 ms apart stay so: they are not to become
//     a double click.
//   - A press or release on one device goes in at least 20 ms, on the machine's clock, after one on the other
//     device, unless the guest has read that one. If the machine stood still in between, the host gave its processor too
//     little time, or it waits for something else than input, the Inlet waits until the guest has read it. The reason: a program that finds
//     input on both devices reads one device after the other, and so may change the order.
//   - If the machine stood still, or the host gave its processor less than half of the time that it wanted, or QEMU took
//     an input of a drag late, the guest may be behind. Then the moves and the release of a drag wait until the guest has
//     come to rest. The reason: a program that finds a whole drag at once may handle its end before its beginning. Clicks do
//     not wait, nor moves of at most 5 pixels. If the processor cannot be seen, nothing waits for this reason.
//   - An input waits no longer for another device than until the guest has had 2 s: its processor has worked, or slept with
//     nothing to do. What follows in a drag waits no longer than 10 s of it. If so much is not certain, it waits until a
//     minute has passed in which the machine did not stand still, nor want a processor that the host did not give. If the
//     guest has not rested by then, the rest of that drag does not wait at all.
//   - The caller is told what became of each input: it went in after some delay, another replaced it, or
//     it will never go in.
package inlet
