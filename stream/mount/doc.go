// Package mount shows the images of a stream as ordinary files in a directory, so that QEMU
// can use them as the memory and the disk of a machine without knowing that they are still on
// their way.
//
// A page of a file is read from the stream when it is first touched, alone: the kernel's
// read-ahead is off, or a fault would fetch 128 KiB and a trace would record what nobody
// wanted. What was read stays in the kernel's page cache and costs nothing more. Writes go to
// the stream's overlay.
//
// A buffered read of many pages therefore reaches the stream page by page, one wait after the
// other. A disk should be opened with O_DIRECT (QEMU: cache.direct=on): then a request arrives
// as it was made, and all it lacks is fetched at once.
//
// A participant's memory and disk are in these files, so only the user who mounts may open them:
// not others who may enter the directory, and not other machines.
//
// # Traps
//
//   - The process that mounts must not touch the mounted files or start a program in the
//     directory: the kernel would wait for the process that waits for the kernel. Even tests
//     go through a child process.
//   - A read blocks for as long as the stream does, and signals do not end it: a page fault
//     that ended early would kill QEMU with SIGBUS. Closing the Near ends it, with EIO.
//   - QEMU asks for huge pages in its memory (MADV_HUGEPAGE), which turns read-ahead on again
//     behind our back. Whoever starts QEMU must prevent that.
package mount
