// Package inlet lets what people do into a guest no faster than the guest takes it in.
//
// Between a key and the program that it is meant for lie queues of a fixed length, and each of them
// drops what it has no room for. QEMU's virtio-input has room for 64 events, its PS/2 controller for
// 16 bytes. The guest's kernel keeps some 64 events for each program that reads a device (Linux,
// drivers/input/evdev.c) and throws all of them away when one more comes. While a streamed machine
// waits for its pages, the program that reads gets nowhere, but between two pages the kernel still
// takes in what is typed: sixteen keystrokes fill its queue, and the seventeenth empties it.
//
// So every input passes an [Inlet]. One for which there is room goes in at once, in the goroutine of
// whoever brings it. One for which there is none waits here, in order, until the guest has read what
// went in before.
//
// # What is known of the guest's reading
//
//   - A machine with one processor whose processor sleeps, and that waits for none of its files, has
//     nothing left to do: every program that an input woke has run until it wanted more. So a
//     processor that has slept for a while has read everything that went in before. That is seen from
//     outside, with any guest: see [Guest].Rests.
//   - A processor that is never seen asleep is taken to have read what went in once it has worked for a
//     quarter of a second since, and half a second has passed on the machine's clock, which stands still
//     while the machine is paused, waits for its files, or has just waited. That is an assumption: a
//     program that gets none of so much time loses input. Where the processor cannot be seen, the clock
//     alone counts.
//
// A program that is asleep by its own will, and not because it waits for input, is not told from one
// that has read. X and the consoles of Linux do not do that.
//
// # What is guaranteed
//
//   - Nothing that went in is dropped on the way, as far as the above holds.
//   - The order is that in which things were done, whoever did them and on whichever device.
//   - A press or release of a key or button is never left out. A move is, if it waits here and the next
//     thing that the same person does is another move with the same buttons down.
//   - What waited keeps its distances on the machine's clock, up to 20 ms between keys and 100 ms around
//     a press or release of a button; longer pauses may shrink to that. Between a press or release on one device
//     and one on the other lie 20 ms on that clock in any case, unless the first is known to have been read; and if
//     the machine stood still meanwhile, or the host gave its processor no turn, it has to be: a program that finds
//     something on both reads one after the other.
//   - Who brings input is told what became of each: that it went in and after how long, or that it never
//     will.
package inlet
