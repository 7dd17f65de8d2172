package visit_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
)

// meterCases run static/visit/meter.js without a screen. Each returns the rows that the Meter
// emitted, as [at, arrived, drawn, quiet, held, machine], followed by 1 if the row is cut.
const meterCases = `(async () => {
  const { Meter } = await import("/static/visit/meter.js");
  const answer = (update, ...inputs) => ({ update, bytes: 1, area: 1, rect: [0, 0, 1, 1], inputs: inputs.map((n) => ({ n, machine: 7 })) });
  const key = { kind: "key", at: 10, sent: 11, event: {} };
  const second = { kind: "key", at: 12, sent: 13, event: {} };
  const update = (m, k, arrived, drawn) => { m.arrived(k, arrived); m.drawn(k, drawn); };
  const cases = {
    "the answer is told after it was drawn": (m) => { m.input(1, key); update(m, 4, 20, 25); m.answer(answer(4, 1)); m.settle(521); },
    "the answer is told before it arrives": (m) => { m.input(1, key); m.answer(answer(4, 1)); update(m, 4, 20, 25); m.settle(521); },
    "an update before the answer is no answer": (m) => { m.input(1, key); update(m, 3, 12, 13); update(m, 4, 20, 25); m.answer(answer(4, 1)); m.settle(521); },
    "an answer that shows nothing waits for the next that does": (m) => {
      m.input(1, key); m.answer(answer(4, 1)); m.arrived(4, 20); m.arrived(5, 30); m.drawn(5, 35); m.settle(531);
    },
    "one update answers two inputs": (m) => { m.input(1, key); m.input(3, second); update(m, 4, 20, 25); m.answer(answer(4, 1, 3)); m.settle(521); },
    "one event that sent two keys is one input": (m) => { m.input(1, key); m.input(3, key); update(m, 4, 20, 25); m.answer(answer(4, 1, 3)); m.settle(521); },
    "nothing answers within ten seconds": (m) => { m.input(1, key); m.settle(10_009); m.settle(10_011); m.settle(20_000); },
    "it arrived and was never drawn": (m) => { m.input(1, key); m.arrived(4, 20); m.answer(answer(4, 1)); m.settle(30, true); },
    "answers were lost": (m) => { m.input(1, key); m.forget(false); m.settle(99_999); m.input(3, { ...key, at: 100, sent: 101 }); m.settle(100, true); },
    "nothing can be known any more": (m) => { m.forget(true); m.input(1, key); m.moved(10, 11, [1, 2]); m.settle(99_999, true); },
    "it is not complete before the screen is quiet": (m) => { m.input(1, key); update(m, 4, 20, 25); m.answer(answer(4, 1)); m.settle(520); },
    "it is quiet after the last of several updates": (m) => {
      m.input(1, key); update(m, 4, 20, 25); m.answer(answer(4, 1)); update(m, 5, 300, 310); update(m, 6, 800, 810); m.settle(1_301);
    },
    "what comes after the silence does not count": (m) => {
      m.input(1, key); update(m, 4, 20, 25); m.answer(answer(4, 1)); update(m, 5, 300, 310); update(m, 6, 801, 810); m.settle(801);
    },
    "a video is never quiet": (m) => {
      m.input(1, key); m.answer(answer(1, 1)); for (let k = 1; k < 600; k++) update(m, k, 20 * k, 20 * k + 5); m.settle(10_011);
    },
    "a held key is complete when it is up": (m) => {
      m.input(1, { ...key, down: true }); update(m, 4, 20, 25); m.answer(answer(4, 1)); m.settle(600); m.released(1, 700); m.settle(701);
    },
    "a page that goes does not wait for silence": (m) => { m.input(1, key); update(m, 4, 20, 25); m.answer(answer(4, 1)); m.settle(30, true); },
    "the computer slept before the answer came": (m) => { m.input(1, key); m.answer(answer(4, 1)); update(m, 4, 30_000, 30_005); m.settle(30_600); },
    "the computer slept before the answer was drawn": (m) => { m.input(1, key); m.answer(answer(4, 1)); update(m, 4, 20, 30_005); m.settle(30_600); },
    "an event that says it comes after its own message": (m) => { m.input(1, { ...key, at: 11.5 }); m.settle(30, true); },
    "what waits is a row that says so": (m, rows) => { m.input(1, key); m.arrived(4, 20); m.answer(answer(4, 1)); m.pending().forEach(rows); },
    "an input that waited at the machine has ten seconds from then on": (m) => {
      m.input(1, key); m.deliver({ inputs: [{ n: 9 }] }); m.settle(29_000);
      m.deliver({ inputs: [{ n: 1, delayed: 29_000_000 }] }); m.answer(answer(4, 1)); update(m, 4, 29_500, 29_510); m.settle(30_100);
    },
    "a lost input is not answered": (m) => { m.input(1, key); m.deliver({ lost: true, inputs: [{ n: 1 }] }); update(m, 4, 20, 25); m.settle(10_011); },
    "what nobody has seen an answer to is the oldest": (m, rows) => {
      m.input(1, key); m.input(3, second); m.answer(answer(4, 1)); rows({ at: m.oldest }); update(m, 4, 20, 25); rows({ at: m.oldest });
      m.answer(answer(5, 3)); update(m, 5, 30, 35); rows({ at: m.oldest === Infinity ? 0 : -1 });
    },
    "a move is a row at once": (m) => { m.moved(10, 11, [1, 2]); },
  };
  return Object.fromEntries(Object.entries(cases).map(([name, play]) => {
    const rows = [];
    const take = (r) => rows.push([r.at, r.arrived, r.drawn, r.quiet, r.held, r.machine, ...(r.cut ? [1] : [])]);
    play(new Meter(take), take);
    return [name, rows];
  }));
})()`

func TestTheMeterJoinsInputsWithTheirAnswers(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	tab := d.Browse()
	d.Do(tab, chromedp.Navigate(d.Web.URL+"/"))
	got, err := chromedp.Run(tab, chromedp.Evaluate[map[string][][]float64](meterCases, chromedp.EvalAwaitPromise))
	d.Must(err)
	want := map[string][][]float64{
		"the answer is told after it was drawn":                            {{10, 20, 25, 25, 0, 7}},
		"the answer is told before it arrives":                             {{10, 20, 25, 25, 0, 7}},
		"an update before the answer is no answer":                         {{10, 20, 25, 25, 0, 7}},
		"an answer that shows nothing waits for the next that does":        {{10, 20, 35, 35, 0, 7}},
		"one update answers two inputs":                                    {{10, 20, 25, 25, 0, 7}, {12, 20, 25, 25, 0, 7}},
		"one event that sent two keys is one input":                        {{10, 20, 25, 25, 0, 7}},
		"nothing answers within ten seconds":                               {{10, 0, 0, 0, 0, 0}},
		"it arrived and was never drawn":                                   {{10, 20, 0, 0, 0, 7, 1}},
		"answers were lost":                                                {{10, 0, 0, 0, 0, 0, 1}, {100, 0, 0, 0, 0, 0, 1}},
		"nothing can be known any more":                                    {},
		"it is not complete before the screen is quiet":                    {},
		"it is quiet after the last of several updates":                    {{10, 20, 25, 810, 0, 7}},
		"what comes after the silence does not count":                      {{10, 20, 25, 310, 0, 7}},
		"a video is never quiet":                                           {{10, 20, 25, 0, 0, 7}},
		"a held key is complete when it is up":                             {{10, 20, 25, 25, 690, 7}},
		"a page that goes does not wait for silence":                       {{10, 20, 25, 0, 0, 7}},
		"the computer slept before the answer came":                        {{10, 0, 0, 0, 0, 7}},
		"the computer slept before the answer was drawn":                   {{10, 20, 0, 0, 0, 7}},
		"an event that says it comes after its own message":                {{11, 0, 0, 0, 0, 0, 1}},
		"what waits is a row that says so":                                 {{10, 20, 0, 0, 0, 7, 1}},
		"an input that waited at the machine has ten seconds from then on": {{10, 29_500, 29_510, 29_510, 0, 7}},
		"a lost input is not answered":                                     {{10, 0, 0, 0, 0, 0}},
		"what nobody has seen an answer to is the oldest":                  {{10, 0, 0, 0, 0, 0}, {12, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}},
		"a move is a row at once":                                          {{10, 0, 0, 0, 0, 0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// clockCases run static/visit/clock.js on answers with the given round trips in milliseconds, from
// a server whose clock is wrong by the given seconds. Each returns zero, in whole seconds.
const clockCases = `(async () => {
  const { Clock } = await import("/static/visit/clock.js");
  const after = (...exchanges) => {
    const clock = new Clock(() => {});
    for (const [trip, off] of exchanges) {
      const t3 = performance.now() * 1000;
      clock.answer({ t0: t3 - trip * 1000, t1: t3 - trip * 500 + off * 1e6, t2: t3 - trip * 500 + off * 1e6 });
    }
    return Math.round(clock.zero / 1e6);
  };
  return {
    "one exchange": after([10, 7]),
    "the shorter trip counts, though it is older": after([10, 7], [1500, 7.7]),
    "the server's clock was set back": after([10, 7], [200, 2]),
    "this computer slept for an hour": after([10, 7], [10, 7], [400, 3607]),
    "it slept while it asked": after([10, 7], [3_600_000, 1807], [10, 3607]),
  };
})()`

func TestTheClockForgetsWhatCannotBeTrueAnyMore(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, rfbtest.NewServer(8, 8))
	tab := d.Browse()
	d.Do(tab, chromedp.Navigate(d.Web.URL+"/"))
	got, err := chromedp.Run(tab, chromedp.Evaluate[map[string]float64](clockCases, chromedp.EvalAwaitPromise))
	d.Must(err)
	want := map[string]float64{
		"one exchange": 7,
		"the shorter trip counts, though it is older": 7,
		"the server's clock was set back":             2,
		"this computer slept for an hour":             3607,
		"it slept while it asked":                     3607,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("seconds (-want +got):\n%s", diff)
	}
}
