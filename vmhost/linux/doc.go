// Package linux boots Debian's kernel without a disk: the kernel, busybox, the modules that are wanted and a script
// are all that the guest begins with. Either the script hands over to the system on a disk, as in the appliances that
// vmhost/build makes, or it runs a single program; see Run.
package linux
