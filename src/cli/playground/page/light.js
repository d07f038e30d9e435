// The light: which bytes of the event belong to which fields, and the other way round.

/** Turns byte offsets of UTF-8 into positions of a JavaScript string. */
export function positionsOf(text) {
  const positions = [];
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0);
    const bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (let byte = 0; byte < bytes; byte += 1) positions.push(at);
    at += character.length;
  }
  positions.push(at);
  return positions;
}

/** The ranges of the event's text that the fields were read from: `[start, end, field]`, in positions of the string. */
export function rangesInMessage(message, fields) {
  const positions = positionsOf(message);
  return fields.flatMap((field, number) =>
    field.sources.filter((source) => source.bytes).map(({ bytes: [start, end] }) => [positions[start], positions[end], number]));
}

/** The same in a record of JSON, whose sources are paths: the value behind the last name of the path. */
export function rangesInRecord(message, fields) {
  if (!message.trimStart().startsWith("{")) return [];
  // A line of the table says in its own words which paths it reads.
  const paths = ({ rule }) => (rule.step === "table" ? rule.meaning.split(" = ")[1] ?? "" : "").split(/[\s,[\]]+/).filter(Boolean);
  return fields.flatMap((field, number) => paths(field).map((name) => {
    const key = JSON.stringify(name.split(".").filter((step) => !/^\d+$/.test(step)).at(-1) ?? name);
    const values = (Array.isArray(field.value) ? field.value : [field.value]).map((value) => String(value).toLowerCase());
    for (let at = message.indexOf(key); at >= 0; at = message.indexOf(key, at + 1)) {
      const found = /^\s*:\s*"?/.exec(message.slice(at + key.length, at + key.length + 64));
      if (!found) continue;
      const start = at + key.length + found[0].length;
      const value = values.find((text) => text && message.slice(start, start + text.length).toLowerCase() === text);
      if (value) return [start, start + value.length, number];
    }
    return null;
  }).filter(Boolean));
}

/** The ranges of a packet in which the values stand that were read from it. */
export function rangesInPacket(packet, fields, packetSource) {
  return fields.flatMap((field, number) => {
    if (!field.sources.some((source) => source.name === packetSource)) return [];
    const values = (Array.isArray(field.value) ? field.value : [field.value]).map(String);
    return values.filter((value) => value && value.length < packet.length).map((value) => {
      const start = packet.indexOf(value);
      return start < 0 ? null : [start, start + value.length, number];
    }).filter(Boolean);
  });
}

/** Writes a text as parts: each knows its fields; what belongs to none is dimmed. */
export function write(element, text, ranges) {
  const cuts = [...new Set([0, text.length, ...ranges.flatMap(([start, end]) => [start, end])])].sort((a, b) => a - b);
  element.replaceChildren();
  for (let at = 0; at + 1 < cuts.length; at += 1) {
    const [start, end] = [cuts[at], cuts[at + 1]];
    const fields = ranges.filter(([from, to]) => from <= start && end <= to).map(([, , field]) => field);
    const part = document.createElement("span");
    part.textContent = text.slice(start, end);
    if (fields.length) {
      part.dataset.fields = [...new Set(fields)].join(" ");
      part.tabIndex = 0;
    } else {
      part.className = "unused";
    }
    element.append(part);
  }
}

/** Lights all parts and rows of these fields, and nothing else. Gives the first part lit. */
export function lightUp(numbers) {
  const wanted = new Set(numbers.map(String));
  let first = null;
  for (const part of document.querySelectorAll("[data-fields], [data-field]")) {
    const own = part.dataset.field ? [part.dataset.field] : part.dataset.fields.split(" ");
    const lit = own.some((number) => wanted.has(number));
    part.classList.toggle("lit", lit);
    if (lit && !first) first = part;
  }
  return first;
}
