// Package vmhost runs the virtual machines that participants work in: it wakes a machine from a frozen state within a
// second, shows its screen, and makes sure that nothing of it is left behind.
//
// An Appliance is such a frozen machine on disk: a disk image, a memory image and the state of the devices. A Host
// resumes it, any number of times, as a Machine. The memory image is mapped privately and the disk is written to an
// overlay, so the files of the appliance never change. They may even lie on a file system of which only parts have
// arrived yet.
//
// Other packages of the room do the rest:
//
//   - vmhost/build makes appliances from recipes.
//   - vmhost/linux boots Linux without a disk: for the guests that build makes, and for single programs.
//   - vmhost/qemu runs one QEMU, talks to it and keeps it from everything else. Both a machine that is built and one
//     that runs are such a QEMU. Only this room may import it.
//   - vmhost/display shows the screen, vmhost/inlet lets inputs in, vmhost/qmp and vmhost/dbus speak QEMU's protocols.
//
// The program starts itself anew to become QEMU (see vmhost/qemu), so main and TestMain call ExecMain before anything
// else.
package vmhost
