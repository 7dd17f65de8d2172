package main

// benchCmd lists the benches. Package bench tells how to add one.
type benchCmd struct {
	Netem   benchNetemCmd   `cmd:"" help:"Measure the emulated network: what was set beside what is measured."`
	RFB     benchRFBCmd     `cmd:"" name:"rfb" help:"Measure the screen: how long a key takes to show without any network, decoding, and the proxy beside its peers."`
	Ingest  benchIngestCmd  `cmd:"" help:"Measure how fast measurements are stored, beside a bare COPY and with a hundred sessions at once, and how much people who sign in delay a page."`
	Results benchResultsCmd `cmd:"" help:"Measure the page of results of a study with 2.2 million inputs, and its download: time and memory."`
	Stream  benchStreamCmd  `cmd:"" help:"Measure streamed desktops: a robot works in them over emulated networks, by each strategy."`

	Assignment benchAssignmentCmd `cmd:"" help:"Simulate studies in which people drop out: how evenly those who finish are spread over the sequences."`
}
