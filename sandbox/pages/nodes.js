// What the page is made of.

export function node(tag, content, className) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const part of [content].flat()) if (part !== undefined && part !== null) made.append(part);
  return made;
}

export function mark(text, look) {
  return node("span", text, "mark " + (look || ""));
}

export function bar(buttons) {
  return node("div", buttons, "bar");
}

/** Return buttons with the name of what they are for; the name is read with each. */
export function group(title, buttons) {
  const made = node("div", [node("b", title), bar(buttons)], "group");
  made.setAttribute("role", "group");
  made.setAttribute("aria-label", title);
  return made;
}

/** Return a choice; `key` says which one it is when the page is made anew. */
export function chooser(key, label, options, choose) {
  const made = node("select", options.map(([value, text]) => {
    const option = node("option", text);
    option.value = value;
    return option;
  }));
  made.dataset.key = key;
  made.setAttribute("aria-label", label);
  made.addEventListener("change", () => {
    made.blur();
    choose(made.value);
  });
  return made;
}

export function table(heads, rows, look) {
  if (!rows.length) return node("p", "None yet.", "none");
  const side = (value) => (typeof value === "number" ? "number" : "");
  const cells = (row) => row.map((value, index) => {
    const made = node("td", value, side(value));
    made.dataset.head = heads[index];
    return made;
  });
  return node("div", node("table", [
    node("thead", node("tr", heads.map((head, index) => node("th", head, side(rows[0][index]))))),
    node("tbody", rows.map((row) => node("tr", cells(row)))),
  ], look), "scroll");
}

export function section(title, note, content, wide) {
  const made = node("section", [node("h2", [title, node("small", note)]), ...[content].flat()], wide ? "wide" : "");
  made.setAttribute("aria-label", title);
  return made;
}
