// Type-ahead for every search box: a combobox as in the ARIA Authoring Practices, "list autocomplete with manual selection".
// Without this script, or where there are no suggestions, the box is a plain search.
"use strict";

const WAIT = 120; // milliseconds after the last key
const KINDS = { creator: "作者", subject: "主题" }; // a title or a phrase needs no label
let offered = true; // false once the service has said that it has no suggestions

for (const form of document.querySelectorAll("form[data-suggest]")) enhance(form);

function enhance(form) {
  const input = form.querySelector("input");
  const list = document.createElement("ul");
  const known = new Map();
  let timer = 0, request = null, chosen = -1, typed = input.value;

  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.hidden = true;
  for (const [name, value] of Object.entries({ role: "listbox", "aria-label": "搜索提示" })) list.setAttribute(name, value);
  const roles = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
  form.append(list);

  input.addEventListener("input", (event) => {
    typed = input.value;
    if (!event.isComposing) later();
  });
  input.addEventListener("compositionend", later);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // the keys belong to the input method
    if (event.key === "Escape" && !list.hidden) {
      input.value = typed;
      close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) look();
      else choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else return;
    event.preventDefault();
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("li");
    if (!option) return;
    input.value = option.dataset.text;
    close();
    form.requestSubmit();
  });

  function later() {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  }

  async function look() {
    const text = input.value.trim();
    request?.abort();
    if (!text || !offered) return close();
    if (!known.has(text)) {
      request = new AbortController();
      try {
        const answer = await fetch(`/suggest?q=${encodeURIComponent(text)}`, { signal: request.signal });
        if (answer.status === 404) offered = false;
        if (!answer.ok) return close();
        known.set(text, (await answer.json()).items);
      } catch {
        return; // a newer question, or no connection: the box still searches
      }
    }
    if (text === input.value.trim() && document.activeElement === input) show(known.get(text));
  }

  function show(items) {
    list.replaceChildren(...items.map(option));
    chosen = -1;
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }

  function option(item, place) {
    const line = document.createElement("li");
    const text = document.createElement("span");
    const kind = document.createElement("span");
    line.id = `${list.id}-${place}`;
    line.dataset.text = item.text;
    text.append(...marked(item));
    kind.textContent = KINDS[item.kind] ?? "";
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.append(text, kind);
    return line;
  }

  function marked({ text, matched = [] }) {
    const characters = [...text]; // stretches count whole characters, not halves of surrogate pairs
    const pieces = [];
    let at = 0;
    for (const [start, end] of matched) {
      const mark = document.createElement("mark");
      mark.textContent = characters.slice(start, end).join("");
      pieces.push(characters.slice(at, start).join(""), mark);
      at = end;
    }
    return [...pieces, characters.slice(at).join("")];
  }

  function choose(place) {
    const lines = [...list.children];
    chosen = place < -1 ? lines.length - 1 : place >= lines.length ? -1 : place; // -1 is what was typed
    lines.forEach((line, at) => line.setAttribute("aria-selected", String(at === chosen)));
    input.value = chosen < 0 ? typed : lines[chosen].dataset.text;
    if (chosen < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", lines[chosen].id);
  }

  function close() {
    clearTimeout(timer);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
}
