// words.js: says the program's words in the language of the page. The page has them as data, in <script id="words">. Without
// them, as on an experimenter's page, the words are English.

const { language, texts } = JSON.parse(document.getElementById("words")?.textContent ?? '{"language": "en", "texts": {}}');
const plural = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);

// say returns a text, whose key is the text in English, with values in its places %s and %d. If it depends on a number, that
// is the first value.
export function say(text, ...values) {
  const forms = texts[text] ?? text;
  const said = typeof forms === "string" ? forms : forms[plural.select(values[0])] ?? forms.other;
  let next = 0;
  return said.replaceAll(/%(?:\[(\d)\])?([sd%])/g, (_, place, kind) => {
    if (kind === "%") return "%";
    const value = values[place ? place - 1 : next++];
    return kind === "d" ? numbers.format(value) : value;
  });
}

// inLanguage returns the language of the page, for what Intl writes.
export function inLanguage() { return language; }
