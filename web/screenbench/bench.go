// Package screenbench measures how a machine's screen passes through this program: how fast it is
// decoded, and what the proxy between machine and browser adds. In the same run it measures a plain
// copy loop and Debian's websockify.
//
// # What is compared
//
// Each contender, our proxy or another one, is a process of its own. This process plays the machine
// and the browser: the machine speaks as much RFB as a tap needs, the browser speaks websocket.
// "direct" is without a proxy, so it shows what this tool and the machine's TCP cost. The
// contenders take turns, round after round, so that a machine that becomes slower affects all of
// them.
//
// # Traps
//
//   - Most of the delay of a short message is the wake-up of another processor. So the delay is
//     measured with machine and browser on one processor and the proxy on another, if there are two.
//   - A proxy that records cannot compress, hash and write as fast as it can copy. So a recording
//     of a stream at full speed ends soon after it began, when its queue is full; no browser could
//     draw that stream, either. "recorded" beside the throughput says how much of the stream the
//     recording contains. The throughput only shows that the session goes on at full speed. The
//     sections "recorded" and "desktops" show up to which rate recordings are complete.
package screenbench

import (
	"os/exec"

	"vmstudy/bench"
)

// Peer returns the command that runs one of our own proxies: a process that calls ServePeer.
type Peer func(kind Kind) *exec.Cmd

// Sections returns the sections of "bench rfb" that are measured here.
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
