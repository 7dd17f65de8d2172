// Package procfs finds out what a Linux kernel uses its memory for, from its /proc. It runs inside a guest, as root, and returns a
// pages.Map. The kernel need not be patched: it must have been built with CONFIG_PROC_PAGE_MONITOR, as Debian's is.
//
// It reads
//
//   - iomem: which addresses are memory, and where the kernel lies;
//   - kpageflags: 64 flags of each page frame (Linux, Documentation/admin-guide/mm/pagemap.rst);
//   - PID/task/*/schedstat or PID/stat: which processes ran lately;
//   - PID/maps and PID/pagemap of these: which frames they have mapped.
//
// Frames change their use while this is read, so what it returns is a hint.
package procfs
