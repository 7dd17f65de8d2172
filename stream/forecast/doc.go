// Package forecast foretells what a machine that is streamed will touch next, from what its
// earlier runs touched, and decides what to bring and when to let the machine wait.
//
// It is pure: no clock, no network, no goroutine. Package stream asks it. So does a simulation in
// the tests, which plays a recorded run over a calculated link in a few milliseconds. So a strategy
// can be tried on paper before it is tried on people.
//
// # Words
//
//   - A [Trace] is the order in which a run first touched its chunks, and when, with the time
//     that it waited for the network taken out.
//   - A [Cluster] is a set of chunks that runs touch together. A [Model] is made of the clusters
//     of many traces, how long after one another they come and how often.
//   - A [Due] is a chunk and how long from now the machine will probably want it. The rule
//     [Hold] says how many of them must be here before the machine may go on, at a given rate of the link:
//     it is better to wait for these once, with a display of progress, than to miss them one by one.
//   - A [Strategy] makes plans out of dues: at the beginning, and again when the machine missed
//     something. Strategies have names ([Name]), because studies compare them.
//
// # Sources
//
// Clusters, their relations, the rule of percentiles and pause-or-stream are those of vTube (Abe,
// Geambasu, Joshi, Lagar-Cavilla, Satyanarayanan: Efficient virtual appliance streaming, SoCC
// 2013). The other strategies are those of VMNetX (CMU's Olive archive), VMTorrent (Reich et al.,
// CoNEXT 2012) and REAP (Ustiugov et al., ASPLOS 2021), as far as they are about the order.
package forecast
