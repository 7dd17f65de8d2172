#!/bin/busybox sh
# First program of a machine that runs a single program: it loads the kernel modules in order, runs the program, says on the
# second serial port how the program ended, and turns the machine off.
b=/bin/busybox
$b mkdir -p /proc /sys /dev /tmp /run
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
$b mount -t tmpfs tmpfs /tmp
$b mount -t tmpfs tmpfs /run
$b stty -F /dev/ttyS1 115200 -opost
while read -r module; do
	$b insmod "/modules/$module" || echo "cannot load $module"
done </modules/order
$b ifconfig lo up
cd /tmp || exit
$b sh /start </dev/null >/dev/ttyS1 2>&1
$b echo "vmhost-exit $?" >/dev/ttyS1
$b poweroff -f
