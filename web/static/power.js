// power.js: simulates the power of a planned comparison without leaving the page: <form data-power> and what follows it. The server answers with lines
// of JSON: how far it is, and in the end a part of the page. Whoever cancels, or leaves the page, ends the simulation with the answer.

for (const form of document.querySelectorAll("form[data-power]")) attend(form);

function attend(form) {
  const [cancel, bar, status] = ["[data-cancel]", "progress", "[data-status]"].map((s) => form.querySelector(s));
  const result = form.parentElement.querySelector("[data-powered]");
  let running = null;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    running?.abort();
    const mine = running = new AbortController();
    const show = (going, said) => {
      if (running !== mine) return; // another one has begun
      cancel.hidden = bar.hidden = !going;
      status.textContent = said;
    };
    bar.removeAttribute("value");
    show(true, "Waiting for its turn…");
    const asked = new URLSearchParams(new FormData(form));
    asked.set("part", "1");
    try {
      const answer = await fetch(`${form.action}?${asked}`, { signal: mine.signal });
      if (answer.redirected) return location.reload(); // the login has ended
      if (!answer.ok) return show(false, await answer.text()); // which says why
      let end = null;
      for await (const line of lines(answer.body)) {
        if (running !== mine) return;
        if (line.html !== undefined || line.say !== undefined) end = line;
        else if (line.all > 0) {
          bar.max = line.all;
          bar.value = line.done;
          show(true, `${line.done} of ${line.all} studies`);
        }
      }
      if (end?.html === undefined) return show(false, end?.say ?? "The server has ended it. Try it again.");
      result.innerHTML = end.html;
      show(false, "Done.");
    } catch {
      show(false, mine.signal.aborted ? "Cancelled." : "The server did not answer. Try it again.");
    }
  });
  cancel.addEventListener("click", () => running?.abort());
}

// lines yields the values of a stream of lines of JSON.
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}
