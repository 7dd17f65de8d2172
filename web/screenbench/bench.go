// Package screenbench measures the way of a machine's screen through this program: how fast
// it is decoded, and what the proxy between machine and browser adds, beside a plain copy loop
// and Debian's websockify in the same run.
//
// # What is compared
//
// A proxy runs as a process of its own, whichever it is, and so does what it is compared with.
// Machine and browser are played by this process: the machine speaks RFB as far as a tap has to
// follow it, the browser speaks websocket. "direct" leaves the proxy out: what remains is what
// the tool and the machine's TCP cost. All are measured in turn, round after round, so that a
// machine that becomes slower does so for all of them.
//
// # Traps
//
//   - Most of a short message's delay is the wake-up of another core. So the delay is measured
//     with machine and browser on one core and the proxy on another, where there are two.
//   - A proxy that records cannot compress, hash and write as fast as it can copy, and what no
//     browser could draw need not be kept. So a recording of a stream at full speed ends once its
//     queue is full, soon after it began; "recorded" beside the throughput says how much of the
//     stream it holds. What that throughput shows is that the session goes on at its speed. Up to
//     which rate recordings are whole is for "recorded" and "desktops" to show.
package screenbench

import (
	"os/exec"

	"vmstudy/bench"
)

// Peer makes the command that runs one of our own proxies: ServePeer in a process of its own.
type Peer func(kind Kind) *exec.Cmd

// Sections are what of the bench of screens is measured here.
func Sections(peer Peer) []bench.Section {
	return []bench.Section{
		{Name: "decode", About: "pixels decoded", Measure: measureDecode},
		{Name: "delay", About: "delay that the proxy adds", Measure: peer.measureDelay},
		{Name: "throughput", About: "throughput of the proxy", Measure: peer.measureThroughput},
		{Name: "recorded", About: "how much of a fast screen is recorded", Measure: peer.measureRecorded},
		{Name: "seek", About: "jumping about in a replay", Measure: measureSeek},
		{Name: "desktops", About: "16 busy desktops", Measure: peer.measureDesktops},
	}
}
