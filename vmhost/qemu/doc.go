// Package qemu runs one QEMU and keeps it from everything that it does not need.
//
// QEMU is that of the distribution. What the package adds around it:
//
//   - It has no network and no socket that listens. Commands (QMP), the guest's agent and the state of the devices
//     travel over descriptors that QEMU inherits. Each connection to the screen is handed to QEMU over QMP.
//   - It has QEMU's own sandbox, and a filter of ours that answers madvise(MADV_HUGEPAGE) with EINVAL: after that
//     advice the kernel reads 128 KiB at a page fault, where 4 KiB were wanted.
//   - If we are root, it has an unprivileged user that no other machine has (see FirstUser), and process and network
//     namespaces of its own. QEMU opens its files first and changes its user then, so that user needs no right to
//     any of them. It gets guest memory for reading only (see opener). If we are not root, all machines run as
//     whoever started them: other users cannot reach them, but one machine can reach another. The doctor says so.
//   - It never outlives the program that started it.
//
// The program sets filter, limits and namespaces by starting itself anew (see ExecMain).
//
// # Traps
//
//   - A QEMU that changes its user forgets its parent-death signal. So a small supervisor stays between it and us,
//     as process 1 of the namespace.
//   - An appliance that was booted with -kernel has the ROM of that way of booting in its state, and needs this ROM
//     on resume.
//   - GLib trusts nobody whose process number the kernel cannot tell. So the supervisor also makes the sockets over
//     which QEMU's display is spoken to.
//   - A disk of one sector is not bootable.
//   - A /dev/kvm that opens may still not run a guest.
package qemu
