// Package pages says what a guest uses its memory for: a class for each page frame. A machine that must leave its host at once
// brings the frames in the order of their classes, so that what the guest needs next comes first and what is free comes last.
//
// The idea is from Abe, Geambasu, Joshi and Satyanarayanan, "Urgent virtual machine migration with enlightened post-copy"
// (VEE 2016), whose guest kernel was patched. Here an ordinary kernel tells it through /proc; see package procfs.
//
// A Map is a hint and never a promise. The guest goes on running while it is made, and a guest may lie. So nothing that a
// Map says may decide whether a frame is brought, but only when.
//
// This package is pure. A Map travels as follows, all numbers unsigned LEB128 varints:
//
//	"VMP1"
//	number of runs
//	for each run: number of frames << 4 | class
//	CRC-32 (IEEE) of everything before, 4 bytes, big-endian
//
// Run after run, the frames have the numbers 0, 1, 2 ...: a frame's number is its guest-physical address divided by FrameSize.
package pages
