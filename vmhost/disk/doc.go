// Package disk reads the disks of virtual machines that other programs have made: it finds out how a file is
// written, refuses what it cannot or must not read, and brings the rest into raw form.
//
// A file is what it holds, whatever it is called. [Find] looks at its content; qemu-img is only ever told a
// format that was found so, and converts it. A file without a sign is taken as a raw disk if it has a partition
// table or a file system, or if the person says so.
//
// # Traps
//
//   - qemu-img believes what a disk says. It may name a backing file, a data file, extents or a parent: any
//     file of this computer, or an address in the network, which qemu-img opens as soon as it is asked about the disk,
//     with the rights of whoever runs it. So the headers are read here first, and qemu-img never sees such a disk.
//   - A VMDK whose header says that it has no sectors is read as a list of other files.
//   - A fixed VHD begins like a raw disk; only its last sector says what it is. A differencing VHD is read by
//     qemu-img as if what lies in its parent were zeros.
//   - The size that a disk claims says nothing of the room that it needs: [Disk.Holds] does.
package disk
