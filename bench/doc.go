// Package bench is the frame in which the program measures itself: what was set beside what
// was measured, a bar where something was promised, and the machine on which it was so.
//
// # How to add a bench
//
// A Bench is a list of named sections; each measures one thing and returns rows:
//
//	func Bench() bench.Bench {
//		return bench.Bench{Name: "rfb", Sections: []bench.Section{
//			{Name: "decode", About: "pixels decoded a second", Measure: decode},
//		}}
//	}
//
//	func decode(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
//		perSecond := ... // fewer samples where s.Quick; s.Show(done, total) tells how far it is
//		return []bench.Row{
//			bench.AtLeast(200, perSecond).As("decode", "tight 1280x720", "Mpixel/s").Beside(peer),
//			bench.Told(allocated).As("decode_alloc", "tight 1280x720", "B"), // no bar: for the record
//		}, nil
//	}
//
// On the command line it is a file of its own, studyctl/bench_netem.go, and a line in benchCmd:
//
//	type benchNetemCmd struct {
//		cli.BenchFlags `embed:""`
//	}
//
//	func (cmd benchNetemCmd) Run(ctx context.Context, t cli.Terminal) error { return cmd.Measure(ctx, t, netembench.Bench()) }
//
// A bench that needs what the product does not, such as a browser that a program controls, is a command of
// studyctl/studyctl-bench, and studyctl hands it over, as in studyctl/bench_rfb.go.
//
// The frame brings --json, --quick, --only SECTION,..., --strict, progress, the table, and
// what the machine was. A section that cannot run here returns Unable with the reason, or rows and
// Unable if it could not measure everything; errors.Join holds several reasons. That counts as failing:
// a section that takes too long for a quick bench is marked Long instead.
//
// # Traps
//
//   - A figure without its noise floor says little. Where the machine itself adds something
//     (a scheduler that wakes late), measure that in the same run and put it Beside.
//   - A machine that is busy with something else measures that. Report.Machine tells the load
//     before, and how many cores were used by others meanwhile.
package bench
