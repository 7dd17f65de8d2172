// Package disk reads the disks of virtual machines that other programs have made. It finds out which format a file has, refuses
// what it cannot or must not read, and converts the rest to raw disks.
//
// The content of a file decides what it is, and not its name. [Find] looks at the content. qemu-img converts the disk, and is
// always told the format that Find has found. A file without any sign of a format is taken for a raw disk if it has a partition
// table or a file system, or if the user says so.
//
// # Traps
//
//   - qemu-img believes what a disk says. A disk may name a backing file, a data file, extents or a parent. That can be any file
//     of this computer, or an address in the network. qemu-img opens it as soon as it is asked about the disk, with the rights
//     of the user who runs it. So the headers are read here first, and qemu-img never gets to see such a disk.
//   - If the header of a VMDK says that it has no sectors, qemu-img reads the VMDK as a list of other files.
//   - A fixed VHD begins like a raw disk. Only its last sector says what it is. qemu-img reads a differencing VHD as if the
//     content of its parent was zeros.
//   - The size that a disk claims does not say how much room it needs. [Disk.Holds] does.
package disk
