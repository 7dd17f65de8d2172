package web

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/rfbtest"
)

// meterCases run static/visit/meter.js without a screen. Each gives the rows that come out,
// as [at, arrived, drawn, machine].
const meterCases = `(async () => {
  const { Meter } = await import("/static/visit/meter.js");
  const answer = (update, ...inputs) => ({ update, bytes: 1, area: 1, inputs: inputs.map((n) => ({ n, machine: 7 })) });
  const cases = {
    "the answer is told after it was drawn": (m) => { m.input(1, "key", 10, 11, {}); m.arrived(4, 20); m.drawn(4, 25); m.answer(answer(4, 1)); },
    "the answer is told before it arrives": (m) => { m.input(1, "key", 10, 11, {}); m.answer(answer(4, 1)); m.arrived(4, 20); m.drawn(4, 25); },
    "an update before the answer is no answer": (m) => {
      m.input(1, "key", 10, 11, {}); m.arrived(3, 12); m.drawn(3, 13); m.arrived(4, 20); m.drawn(4, 25); m.answer(answer(4, 1));
    },
    "an answer that shows nothing waits for the next that does": (m) => {
      m.input(1, "key", 10, 11, {}); m.answer(answer(4, 1)); m.arrived(4, 20); m.arrived(5, 30); m.drawn(5, 35);
    },
    "one update answers two inputs": (m) => {
      m.input(1, "key", 10, 11, {}); m.input(3, "key", 12, 13, {}); m.arrived(4, 20); m.drawn(4, 25); m.answer(answer(4, 1, 3));
    },
    "one event that sent two keys is one input": (m) => {
      const event = {}; m.input(1, "key", 10, 11, event); m.input(3, "key", 10, 11, event); m.arrived(4, 20); m.drawn(4, 25); m.answer(answer(4, 1, 3));
    },
    "nothing answers within ten seconds": (m) => { m.input(1, "key", 10, 11, {}); m.expire(10_009); m.expire(10_011); m.expire(20_000); },
    "it arrived and was never drawn": (m) => { m.input(1, "key", 10, 11, {}); m.arrived(4, 20); m.answer(answer(4, 1)); m.expire(30, true); },
    "answers were lost": (m) => { m.input(1, "key", 10, 11, {}); m.forget(false); m.expire(99_999); m.input(3, "key", 100, 101, {}); m.expire(100, true); },
    "nothing can be known any more": (m) => { m.forget(true); m.input(1, "key", 10, 11, {}); m.expire(99_999, true); },
  };
  return Object.fromEntries(Object.entries(cases).map(([name, play]) => {
    const rows = [];
    play(new Meter((r) => rows.push([r.at, r.arrived, r.drawn, r.machine])));
    return [name, rows];
  }));
})()`

func TestTheMeterJoinsInputsWithTheirAnswers(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	tab := d.browse()
	d.do(tab, chromedp.Navigate(d.web.URL+"/"))
	got, err := chromedp.Run(tab, chromedp.Evaluate[map[string][][]float64](meterCases, chromedp.EvalAwaitPromise))
	d.must(err)
	want := map[string][][]float64{
		"the answer is told after it was drawn":                     {{10, 20, 25, 7}},
		"the answer is told before it arrives":                      {{10, 20, 25, 7}},
		"an update before the answer is no answer":                  {{10, 20, 25, 7}},
		"an answer that shows nothing waits for the next that does": {{10, 20, 35, 7}},
		"one update answers two inputs":                             {{10, 20, 25, 7}, {12, 20, 25, 7}},
		"one event that sent two keys is one input":                 {{10, 20, 25, 7}},
		"nothing answers within ten seconds":                        {{10, 0, 0, 0}},
		"it arrived and was never drawn":                            {{10, 20, 0, 7}},
		"answers were lost":                                         {{100, 0, 0, 0}},
		"nothing can be known any more":                             {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}
