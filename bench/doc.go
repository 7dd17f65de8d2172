// Package bench is the frame for all benches, in which the program measures itself. Each figure stands beside the value
// that was set, if one was, and beside its bar, if something was promised. The report also describes the computer.
//
// # How to add a bench
//
// A Bench is a list of named sections. Each measures one thing and returns rows:
//
//	func Bench() bench.Bench {
//		return bench.Bench{Name: "rfb", Sections: []bench.Section{
//			{Name: "decode", About: "pixels decoded a second", Measure: decode},
//		}}
//	}
//
//	func decode(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
//		perSecond := ... // fewer samples if s.Quick; s.Show(done, total) shows how much is done
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
// The frame adds --json, --quick, --only SECTION,..., --strict, the progress line, the table and the description of the
// computer. A section that cannot measure on this computer returns Unable with the reason. If it could measure a part, it
// returns rows and Unable. Several reasons are joined by errors.Join. Unable counts as failing. A section that takes too
// long for a quick bench is marked Long instead.
//
// # Traps
//
//   - A figure says little if it is not known what the computer itself adds, as by a scheduler that wakes threads late.
//     Measure that in the same run, and put it Beside the figure.
//   - On a computer that is busy with something else, the figures measure that, too. Report.Machine has the load before
//     the bench, and how many cores other processes used meanwhile.
package bench
