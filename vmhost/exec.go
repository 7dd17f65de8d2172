package vmhost

import "vmstudy/vmhost/qemu"

// ExecMain turns the process into a QEMU if it was started for that, and then never returns. Otherwise it does
// nothing. main and TestMain of every program that runs machines call it first.
func ExecMain() { qemu.ExecMain() }
