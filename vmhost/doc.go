// Package vmhost runs the virtual machines that participants work in: it wakes a machine from a
// frozen state within a second, shows its screen, and makes sure that nothing of it is left behind.
//
// An Appliance is such a frozen machine on disk: a disk image, a memory image and the state of the
// devices. Build makes one from a Recipe; a Host resumes it, any number of times, as a Machine.
// The memory image is mapped privately and the disk written to an overlay, so the appliance's
// files never change: they may lie on a file system of which only parts have arrived yet.
//
// QEMU does the work, as it comes from the distribution. What the package adds around it:
//
//   - No network and no listening socket. QMP, the guest's agent and the device state travel over
//     descriptors that QEMU inherits; every screen connection is handed to it over QMP.
//   - QEMU's own sandbox, plus a filter of ours that answers madvise(MADV_HUGEPAGE) with EINVAL,
//     because the kernel reads 128 KiB a page fault under that advice where 4 KiB were wanted.
//   - When we are root: an unprivileged user that no other machine has (see firstUser), and process
//     and network namespaces of its own. QEMU opens its files first and then changes its user, so
//     that user needs no right to any of them. Guest memory it gets for reading only (see opener).
//     Without root all machines run as whoever started them: they are kept from other users, but
//     not from one another, and the doctor says so.
//   - A QEMU never survives the program that started it.
//
// Filter, limits and namespaces are set by a re-exec of the program itself, so main and TestMain
// call ExecMain before anything else.
//
// Traps, each met: a QEMU that changes its user forgets its parent-death signal, so a small
// supervisor stays between it and us, as process 1 of the namespace. An appliance that was booted
// with -kernel has the ROM of that way of booting in its state, and needs the ROM on resume.
// GLib trusts nobody whose process number the kernel cannot tell, so the supervisor also makes the
// sockets over which QEMU's display is spoken to. A disk of one sector is not bootable. A /dev/kvm that opens may still not run a guest.
package vmhost
