// The editor of user.ini: a text area with numbered lines, and the findings below it.

/** What the loader takes. */
export const MOST_CONFIG_BYTES = 256 * 1024;

const config = document.getElementById("config");
const gutter = document.getElementById("gutter");
const list = document.getElementById("findings");

config.addEventListener("scroll", () => { gutter.scrollTop = config.scrollTop; });

/** Writes the numbers of the lines, with a sign at those that a finding or a line without a match stands in. */
export function showGutter(findings, unmatched, lit) {
  // A text that the loader refuses needs no numbers: there may be hundreds of thousands.
  const lines = config.value.length > MOST_CONFIG_BYTES ? 0 : config.value.split("\n").length;
  // What stands there stays, so that the page keeps its measures: they are taken anew at each line that comes or goes, and never here.
  while (gutter.childElementCount > lines) gutter.lastChild.remove();
  while (gutter.childElementCount < lines) {
    gutter.append(Object.assign(document.createElement("div"), { textContent: gutter.childElementCount + 1 }));
  }
  const signs = new Map(unmatched.map(({ line }) => [line, "unmatched"]));
  for (const { line, is_error: isError } of findings) {
    if (signs.get(line) !== "error") signs.set(line, isError ? "error" : "warning");
  }
  for (const [number, element] of [...gutter.children].entries()) {
    const sign = signs.get(number + 1) ?? "";
    const name = number + 1 === lit ? `${sign} lit`.trim() : sign;
    if (element.className !== name) element.className = name;
  }
}

/** Writes the findings; a click on a place goes there, a click on a suggestion takes it. */
export function showFindings(findings) {
  list.replaceChildren(...findings.map((finding) => {
    const item = document.createElement("li");
    item.className = finding.is_error ? "error" : "warning";
    const place = document.createElement("button");
    place.type = "button";
    place.className = "place";
    place.textContent = `${finding.line}:${finding.column}`;
    place.setAttribute("aria-label", `Go to line ${finding.line}, column ${finding.column}`);
    place.addEventListener("click", () => goTo(finding.line, finding.column));
    item.append(place, ` ${finding.is_error ? "error" : "warning"}: ${finding.message}`);
    if (finding.help) item.append(document.createElement("br"), finding.help, " ");
    if (finding.instead) {
      const [wrong, right] = finding.instead;
      const take = document.createElement("button");
      take.type = "button";
      take.className = "take";
      take.textContent = `Write ${right}`;
      take.addEventListener("click", () => replace(finding, wrong, right));
      item.append(take);
    }
    return item;
  }));
}

function offsetOf(line, column) {
  const lines = config.value.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  return before + [...(lines[line - 1] ?? "")].slice(0, column - 1).join("").length;
}

function goTo(line, column) {
  const offset = offsetOf(line, column);
  config.focus();
  config.setSelectionRange(offset, offset);
}

function replace(finding, wrong, right) {
  const start = offsetOf(finding.line, 1);
  const found = config.value.indexOf(wrong, start);
  if (found < 0) return;
  config.setRangeText(right, found, found + wrong.length, "end");
  config.dispatchEvent(new Event("input"));
  config.focus();
}
