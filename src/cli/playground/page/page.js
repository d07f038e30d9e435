// The page: asks the loader what becomes of the lines at each change, and shows its answer.

import { lightUp, rangesInMessage, rangesInPacket, rangesInRecord, write } from "./light.js";
import { MOST_CONFIG_BYTES, showFindings, showGutter } from "./editor.js";

const MOST_BYTES = 4 * 1024 * 1024;
const SAVED = "es_loader_playground";
const VERSION = 1;

const $ = (id) => document.getElementById(id);
// `asked` is the question that `answer` is about; `pointed` are the names of the fields that are lit.
const state = { answer: null, asked: null, section: null, chosen: 0, pointed: [], listed: "", view: "fields", isAsking: false, isChanged: false };

async function begin() {
  const { session, examples, problems } = await (await fetch("begin")).json();
  state.problems = problems;
  for (const [number, example] of examples.entries()) {
    $("examples").append(new Option(example.name, number));
  }
  $("examples").addEventListener("change", ({ target }) => {
    if (target.value !== "") takeExample(examples[target.value], examples);
  });
  $("lines").value = session.lines;
  $("config").value = session.config;
  for (const id of ["lines", "config"]) $(id).addEventListener("input", changed);
  $("section").addEventListener("change", ({ target }) => {
    state.section = target.value;
    ask();
  });
  for (const button of $("views").children) button.addEventListener("click", () => setView(button.dataset.view));
  await ask();
}

function changed() {
  showGutter(state.answer?.findings ?? [], unmatched());
  ask();
}

// One question at a time: what is typed meanwhile is asked next.
async function ask() {
  state.isChanged = true;
  if (state.isAsking) return;
  state.isAsking = true;
  while (state.isChanged) {
    state.isChanged = false;
    await askOnce();
  }
  state.isAsking = false;
}

async function askOnce() {
  const asked = question();
  const answer = await answerTo("answer", asked);
  if (!answer) return;
  takeAnswer(answer, asked);
  state.missing = state.section && state.answer.sections.length && !state.answer.sections.includes(state.section);
  // Another one may have been chosen meanwhile: it is asked for next.
  if (asked.chosen === state.chosen) state.chosen = state.answer.chosen;
  show();
}

/** What the loader answers; nothing where it does not, and then the page says so. */
async function answerTo(path, asked) {
  try {
    const response = await fetch(path, post(asked));
    if (response.ok) return await response.json();
    $("reason").textContent = `This is not shown: ${await response.text()}`;
  } catch {
    $("reason").textContent = "The loader does not answer: is `es-loader playground` still running?";
  }
  document.body.classList.add("stale");
  return null;
}

// While user.ini has an error, what stood before it stays, and says so.
function takeAnswer(answer, asked) {
  const error = answer.findings.find(({ is_error }) => is_error);
  const before = state.answer;
  state.stale = Boolean(error && before?.documents.length);
  state.answer = state.stale ? { ...before, findings: answer.findings, own_lines: [] } : answer;
  if (!state.stale) state.asked = asked;
  state.error = error;
  document.body.classList.toggle("stale", state.stale);
}

const question = () => ({ lines: $("lines").value, config: $("config").value, section: state.section, chosen: state.chosen });

const post = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// An example brings the user.ini that it needs, unless there is one of the person's own.
function takeExample({ lines, section, config }, examples) {
  const own = $("config").value.trim();
  if (own === "" || examples.some((example) => example.config.trim() === own)) $("config").value = config;
  state.section = section;
  setLines(lines);
}

function setLines(text, note = "") {
  $("lines").value = text;
  $("lines-note").textContent = note;
  state.chosen = 0;
  state.pointed = [];
  ask();
}

function setView(view) {
  state.view = view;
  for (const button of $("views").children) button.setAttribute("aria-pressed", button.dataset.view === view);
  showDocument();
}

function show() {
  const { answer } = state;
  showFindings(answer.findings);
  showGutter(answer.findings, unmatched());
  showSections(answer);
  showCoverage(answer);
  showEvents(answer);
  showDocument();
}

function showSections({ sections, section }) {
  if (sections.length) $("section").replaceChildren(...sections.map((name) => new Option(name, name, false, name === section)));
  if (section) $("config").placeholder = `[${section}]\nlabels.rule_text = cs1`;
}

const unmatched = () => (state.answer?.own_lines ?? []).filter(({ filled }) => filled === 0);

function showCoverage({ coverage, own_lines: ownLines, documents, more }) {
  const items = [`${documents.length}${more ? " or more" : ""} ${documents.length === 1 ? "document" : "documents"}`];
  for (const own of ownLines.filter(({ filled }) => filled > 0)) items.push(`${own.field} (line ${own.line}) filled in ${share(own)}`);
  const leftOver = Object.entries(coverage.left_over.names).map(([name, { documents: count }]) => `${name} (${count})`);
  if (leftOver.length) items.push(`no field takes: ${leftOver.join(", ")}`);
  const idle = unmatched().map(({ field, line }) => `${field} (line ${line})`);
  if (idle.length) items.push(`your lines that filled nothing: ${idle.join(", ")}`);
  for (const [problem, count] of Object.entries(coverage.problems)) items.push(`odd: ${meaning(problem)} (${count})`);
  const list = document.createElement("ul");
  list.append(...items.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
  $("coverage").replaceChildren(list);
}

/** In how many of the documents a line of user.ini has filled its field. */
const share = ({ filled }) => `${filled} of ${state.answer.coverage.documents}`;

function showEvents({ documents }) {
  const labels = documents.map((listed) => `${listed.line}  ${verdict(listed)}  ${listed.provider ?? ""}  ${listed.name ?? ""}`);
  // The list stays where it is the same, and with it the keyboard's focus.
  if (labels.join("\n") !== state.listed) {
    state.listed = labels.join("\n");
    $("events").replaceChildren(...labels.map((label, number) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
      button.title = documents[number].problems.map(meaning).join("; ");
      button.addEventListener("click", () => choose(number));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }));
  }
  for (const [number, item] of [...$("events").children].entries()) item.firstChild.setAttribute("aria-current", number === state.chosen);
}

async function choose(number) {
  state.chosen = number;
  state.pointed = [];
  showEvents(state.answer);
  if (!state.stale) {
    ask();
    return;
  }
  // While user.ini has an error, the documents are those of what stood before it.
  const answer = await answerTo("answer", { ...state.asked, chosen: number });
  if (!answer || !state.stale || state.chosen !== number) return;
  state.answer = { ...answer, findings: state.answer.findings, own_lines: [] };
  showDocument();
}

function verdict(listed) {
  if (listed.excluded) return "left out";
  if (listed.pipeline_error) return "not understood";
  return listed.problems.length ? "indexed, odd" : "indexed";
}

const meaning = (problem) => state.problems[problem] ?? problem;

function showDocument() {
  const shown = state.answer?.document;
  for (const id of ["document", "target", "message", "packet"]) $(id).replaceChildren();
  $("packet-part").hidden = true;
  $("reason").textContent = state.error
    ? `user.ini has an error in line ${state.error.line}: ${state.stale ? "this is what was before it." : "mend it to see documents."}`
    : state.missing
    ? `These lines belong to the section ${state.section}, which user.ini has not. Write "log_types = ${state.section}" into [DEFAULT].`
    : shown ? "Point at a field, or at the text of the event, to see where it comes from." : "";
  if (!shown) return;
  for (const [term, text] of [["index", shown.index.value], ["_id", shown.id?.value ?? "given by OpenSearch"], ["time", `${shown.time.value} (${shown.time.source})`]]) {
    $("target").append(Object.assign(document.createElement("dt"), { textContent: term }), Object.assign(document.createElement("dd"), { textContent: text }));
  }
  write($("message"), shown.message, [...rangesInMessage(shown.message, shown.fields), ...rangesInRecord(shown.message, shown.fields)]);
  showPacket(shown);
  if (state.view === "json") showJson(shown);
  else if (state.view === "difference") showDifference(shown);
  else showFields(shown);
  const numbers = state.pointed.map((name) => shown.fields.findIndex(({ field }) => field === name)).filter((number) => number >= 0);
  if (numbers.length && !state.error && !state.missing) light(shown, numbers);
}

// The decoded payload is the longest field whose source is base64 in the event.
function showPacket(shown) {
  const packet = shown.fields.find(({ field, sources, value: text }) =>
    typeof text === "string" && sources.some(({ name }) => field.endsWith(`.${name}`) && /packet/i.test(name)));
  if (!packet) return;
  $("packet-part").hidden = false;
  write($("packet"), packet.value, rangesInPacket(packet.value, shown.fields.map((field) => field === packet ? { ...field, sources: [] } : field), packet.sources[0].name));
}

function showFields(shown) {
  const groups = new Map();
  if (shown.fields.some(isOwn)) groups.set("from your user.ini", []);
  shown.fields.forEach((field, number) => {
    const group = isOwn(field) ? "from your user.ini" : field.field.split(".")[0];
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(noted(row(field.field, text(field.value), number), movedFrom(shown, field)));
  });
  for (const [group, rows] of groups) {
    if (rows.length === 1 && group !== "from your user.ini") {
      $("document").append(rows[0]);
      continue;
    }
    const details = document.createElement("details");
    details.open = true;
    details.append(Object.assign(document.createElement("summary"), { textContent: `${group} (${rows.length})` }), ...rows);
    $("document").append(details);
  }
  for (const empty of shown.refused) {
    const line = row(empty.field, `absent: ${empty.values.map(({ value: offered, because }) => `${text(offered)} (${because})`).join("; ")}`);
    line.classList.add("absent");
    $("document").append(line);
  }
}

function showJson(shown) {
  const whole = {};
  for (const { field, value: own } of shown.fields) {
    const steps = field.split(".");
    let place = whole;
    for (const step of steps.slice(0, -1)) place = place[step] ??= {};
    place[steps.at(-1)] = own;
  }
  $("document").append(Object.assign(document.createElement("pre"), { textContent: JSON.stringify(whole, null, 2), className: "raw" }));
}

function showDifference(shown) {
  if (!shown.built_in) {
    $("document").textContent = "user.ini changes nothing in this document.";
    return;
  }
  const own = new Map(shown.fields.map(({ field, value: text }) => [field, text]));
  const names = [...new Set([...own.keys(), ...Object.keys(shown.built_in)])].filter((name) => name !== "event.ingested");
  for (const name of names) {
    const [now, before] = [own.get(name), shown.built_in[name]];
    if (JSON.stringify(now) === JSON.stringify(before)) continue;
    const number = shown.fields.findIndex(({ field }) => field === name);
    if (before !== undefined) $("document").append(signed("−", row(name, text(before))));
    if (now !== undefined) $("document").append(noted(signed("+", row(name, text(now), number)), movedFrom(shown, shown.fields[number])));
  }
}

const isOwn = ({ rule }) => Boolean(rule.place?.startsWith("user.ini:"));

/** The fields of the built-in mapping that are gone because a line of user.ini has taken their key. */
function movedFrom(shown, field) {
  if (!shown.built_in || !isOwn(field)) return [];
  const now = new Set(shown.fields.map(({ field: name }) => name));
  const value = JSON.stringify(field.value);
  return Object.entries(shown.built_in).filter(([name, before]) => !now.has(name) &&
    (JSON.stringify(before) === value || field.sources.some(({ name: source }) => name.endsWith(`.${source}`)))).map(([name]) => name);
}

function noted(line, moved) {
  if (moved.length) {
    line.querySelector(".value").append(Object.assign(document.createElement("span"), { className: "note", textContent: `moved from ${moved.join(", ")}` }));
  }
  return line;
}

function signed(sign, line) {
  line.querySelector(".name").prepend(Object.assign(document.createElement("span"), { className: "sign", textContent: sign }));
  return line;
}

const text = (own) => (typeof own === "string" ? own : JSON.stringify(own));

function row(name, shown, number) {
  const line = document.createElement("div");
  line.className = "field";
  if (number !== undefined && number >= 0) {
    line.dataset.field = number;
    line.tabIndex = 0;
  }
  line.append(
    Object.assign(document.createElement("span"), { className: "name", textContent: name }),
    Object.assign(document.createElement("span"), { className: "value", textContent: shown }),
  );
  return line;
}

function pointAt(target) {
  const part = target.closest?.("[data-field], [data-fields]");
  const shown = state.answer?.document;
  if (!part || !shown) return;
  const numbers = (part.dataset.field ?? part.dataset.fields).split(" ").map(Number);
  state.pointed = numbers.map((number) => shown.fields[number].field);
  light(shown, numbers);
}

/** Lights these fields, their bytes and their lines of user.ini, and says where they come from. */
function light(shown, numbers) {
  lightUp(numbers);
  $("reason").textContent = numbers.map((number) => reason(shown, shown.fields[number])).join(" · ");
  const places = numbers.map((number) => shown.fields[number].rule.place).filter((place) => place?.startsWith("user.ini:"));
  showGutter(state.answer.findings, unmatched(), Number(places[0]?.split(":")[1]));
}

function reason(shown, whole) {
  const { field, sources, rule, changes, others } = whole;
  const from = sources.map(({ name }) => name).join(", ");
  const parts = [`${field}: ${rule.place ? `${rule.place}: ` : ""}${rule.meaning}`];
  if (from) parts.push(`read from ${from}`);
  const moved = movedFrom(shown, whole);
  if (moved.length) parts.push(`moved from ${moved.join(", ")}`);
  const own = state.answer.own_lines.find((line) => isOwn(whole) && line.field === field);
  if (own && state.answer.coverage.documents > 1) parts.push(`filled in ${share(own)} documents`);
  if (changes.length) parts.push(changes.join(", "));
  for (const other of others) parts.push(`not ${text(other.value)} (${other.because})`);
  return parts.join("; ");
}

for (const type of ["mouseover", "focusin"]) document.addEventListener(type, ({ target }) => pointAt(target));

// The arrow keys go from field to field.
$("document").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = [...$("document").querySelectorAll("[data-field]")];
  const at = rows.indexOf(document.activeElement);
  if (!step || at < 0) return;
  event.preventDefault();
  rows[at + step]?.focus();
});

/** The text of a file, unpacked: all of it, or its first lines where it has more than the page takes. */
async function readFile(file) {
  let stream = file.stream();
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  if (start[0] === 0x1f && start[1] === 0x8b) stream = stream.pipeThrough(new DecompressionStream("gzip"));
  const reader = stream.getReader();
  const chunks = [];
  let bytes = 0;
  for (;;) {
    const { done, value: chunk } = await reader.read();
    if (done) break;
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      break;
    }
  }
  const isCut = bytes > MOST_BYTES;
  const whole = await new Blob(chunks).slice(0, MOST_BYTES).text();
  return { isCut, whole: isCut ? whole.slice(0, whole.lastIndexOf("\n") + 1) : whole };
}

async function take(file) {
  try {
    if (new RegExp(`^\\s*\\{\\s*"${SAVED}"`).test(await file.slice(0, 64).text())) {
      takeSaved(await file.text());
      return;
    }
    const { whole, isCut } = await readFile(file);
    if (file.name.endsWith(".ini")) {
      if (whole.length > MOST_CONFIG_BYTES) throw new Error("a user.ini has at most 256 KiB");
      $("config").value = whole;
      changed();
    } else {
      setLines(whole, isCut ? `Of ${file.name} only the first 4 MiB are here.` : "");
    }
  } catch (error) {
    $("reason").textContent = `${file.name} cannot be read: ${error.message}`;
  }
}

function takeSaved(text) {
  const saved = JSON.parse(text);
  if (saved[SAVED] > VERSION) throw new Error("a later version of es-loader has saved it");
  if (typeof saved.lines !== "string" || typeof saved.config !== "string") throw new Error("it lacks its lines or its user.ini");
  $("config").value = saved.config;
  setLines(saved.lines);
}

$("open").addEventListener("change", async ({ target }) => {
  if (target.files[0]) await take(target.files[0]);
  // The same file can be opened again.
  target.value = "";
});
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    $("lines").classList.toggle("drop", type === "dragover");
    if (type === "drop" && event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
}

function save(name, whole) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([whole])), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

$("save").addEventListener("click", () => save("playground.json",
  JSON.stringify({ [SAVED]: VERSION, lines: $("lines").value, config: $("config").value }, null, 1)));
$("save-config").addEventListener("click", () => save("user.ini", $("config").value));

$("mask").addEventListener("click", async () => {
  const masked = await answerTo("mask", question());
  if (!masked) return;
  $("masked").textContent = masked.text;
  $("preview").showModal();
});
$("preview").addEventListener("close", () => {
  if ($("preview").returnValue === "use") setLines($("masked").textContent);
});

begin();
