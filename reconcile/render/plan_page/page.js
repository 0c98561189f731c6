"use strict";
// The page reads without this. It finds contacts, puts in those of a long plan as the reader gets to them, and
// shows payloads. All text in the data was escaped when the page was made.
(() => {
  const $ = (id) => document.getElementById(id);
  if (!$("contacts")) return;
  const data = JSON.parse($("data").textContent);
  const groups = Object.keys(data.groups).map((name) => ({ name, section: $(name), size: data.groups[name] }));
  const total = groups.reduce((sum, group) => sum + group.size, 0);
  const elements = [...document.querySelectorAll(".contact")];
  const first = elements.length;
  const STEP = 300;

  // A contact's element, made when it is first shown.
  const mould = document.createElement("template");
  const made = (html) => { mould.innerHTML = html; return mould.content.firstElementChild; };
  const element = (n) => {
    if (!elements[n]) {
      elements[n] = made(data.later[n - first]);
      elements[n].open = !folded();
    }
    return elements[n];
  };

  // Contacts to which the very same happens stand within an element of their own, by the number of the first.
  const groupsAlike = new Map(data.alike.map(([start, end, html]) =>
    [start, { end, html, element: document.querySelector(`.alike[data-of="${start}"]`), opened: false }]));

  // What is searched: all that a contact shows, in lower case. Made ahead while nothing else is to be done.
  const entities = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'" };
  const plain = (html) => html.replace(/<[^>]*>/g, " ").replace(/&([^;]+);/g, (_, name) => entities[name]);
  const squeezed = (text) => text.toLowerCase().replace(/\s+/g, " ");
  const texts = [];
  const text = (n) => (texts[n] ??= squeezed(n < first ? plain(elements[n].innerHTML) : plain(data.later[n - first])));
  const prepare = (n, idle) => {
    while (n < total && idle.timeRemaining() > 1) text(n++);
    if (n < total) later((next) => prepare(n, next));
  };
  const later = window.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 2 }), 50));
  later((idle) => prepare(0, idle));

  // Which contacts are wanted; of these the first ones are shown, more as the reader gets to the end.
  let quota = STEP;
  const wanted = () => {
    const words = squeezed($("find").value).trim().split(" ").filter(Boolean);
    const ticked = (name) => [...document.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
    const risks = new Set(ticked("risk"));
    const fits = (n, group) => (!risks.size || risks.has(group.name)) && words.every((word) => text(n).includes(word));
    return [fits, words.length > 0];
  };
  const put = (one, shown, last) => {
    if (one.hidden === shown) one.hidden = !shown;
    if (!one.isConnected) last.after(one);
    return one;
  };
  // A search unfolds the contacts that are alike, else what it finds would not be seen; without it they fold again.
  const unfoldFound = (alike, searching) => {
    if (searching && !alike.element.open) alike.opened = alike.element.open = true;
    if (!searching && alike.opened) alike.opened = alike.element.open = false;
  };
  const place = () => {
    const [fits, searching] = wanted();
    let [n, found, placed] = [0, 0, 0];
    const putContact = (m, group, last) => {
      const fit = fits(m, group);
      if (fit) found++;
      const shown = fit && ++placed <= quota;
      return shown || elements[m] ? put(element(m), shown, last) : last;
    };
    const putAlike = (alike, group, last) => {
      let hits = 0;
      for (let m = n; m < alike.end; m++) hits += fits(m, group);
      const shown = hits > 0 && placed < quota;
      if (!shown && !alike.element) { found += hits; placed += hits; return last; }
      alike.element ??= made(alike.html);
      put(alike.element, shown, last);
      unfoldFound(alike, searching && shown);
      if (shown && !alike.element.open) { found += hits; placed++; return alike.element; }
      let inner = alike.element.firstElementChild;
      for (let m = n; m < alike.end; m++) inner = putContact(m, group, inner);
      return alike.element;
    };
    for (const group of groups) {
      let last = group.section.firstElementChild;
      const before = found;
      for (const end = n + group.size; n < end;) {
        const alike = groupsAlike.get(n);
        last = alike ? putAlike(alike, group, last) : putContact(n, group, last);
        n = alike ? alike.end : n + 1;
      }
      group.section.hidden = found === before;
    }
    tell(found, placed);
  };
  const number = (n) => n.toLocaleString("en");
  const tell = (found, placed) => {
    const noun = total === 1 ? "contact" : "contacts";
    $("count").textContent = found === total ? `${number(total)} ${noun}` : `${number(found)} of ${number(total)} ${noun}`;
    $("nothing").hidden = found > 0 || !total;
    $("more").hidden = placed <= quota;
    $("more").textContent = `Show ${number(Math.min(STEP, placed - quota))} more of ${number(placed - quota)}`;
  };

  let waiting = 0;
  const filter = () => { quota = STEP; place(); };
  const soon = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(filter); };
  const boxes = document.querySelectorAll("[name=risk]");
  const clear = () => {
    $("find").value = "";
    for (const box of boxes) box.checked = false;
    filter();
    $("find").focus();
  };
  $("find").addEventListener("input", soon);
  for (const box of boxes) box.addEventListener("change", soon);
  $("groups").addEventListener("toggle", ({ target }) => { if (target.matches(".alike")) place(); }, true);
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", clear);
  const more = () => { quota += STEP; place(); };
  $("more").addEventListener("click", more);
  new IntersectionObserver(([end]) => { if (end.isIntersecting) more(); }, { rootMargin: "600px" }).observe($("more"));

  // Unfolding.
  const folded = () => $("unfold").getAttribute("aria-pressed") === "false";
  const unfold = (open, some) => { for (const contact of some) contact.open = open; };
  const visible = () => elements.filter((contact) => contact && !contact.hidden && !contact.parentElement.hidden);
  const unfoldAlike = (open) => unfold(open, document.querySelectorAll(".alike"));
  const press = (open) => {
    $("unfold").setAttribute("aria-pressed", String(open));
    $("unfold").textContent = open ? "Fold all" : "Unfold all";
  };
  $("unfold").addEventListener("click", () => {
    press(folded());
    unfoldAlike(!folded());
    place();
    unfold(!folded(), visible());
  });
  press(elements.length > 0 && elements.every((contact) => contact.open));
  place();
  $("kept").addEventListener("change", () => $("groups").classList.toggle("nokept", !$("kept").checked));

  // The exact payload: the text as it is sent, with nothing changed but blanks between its tokens.
  const indented = (json) => {
    let depth = 0;
    const line = () => `\n${"  ".repeat(depth)}`;
    return json.replace(/"(?:\\.|[^"\\])*"|\[\]|\{\}|[[\]{},:]/g, (token) => {
      if (token === "{" || token === "[") { depth++; return token + line(); }
      if (token === "}" || token === "]") { depth--; return line() + token; }
      if (token === ",") return token + line();
      return token === ":" ? ": " : token;
    });
  };
  $("groups").addEventListener("click", ({ target }) => {
    if (!target.matches("button.payload")) return;
    const next = target.nextElementSibling;
    target.setAttribute("aria-expanded", String(!next));
    if (next) { next.remove(); return; }
    const shown = document.createElement("pre");
    shown.tabIndex = 0;
    shown.textContent = indented(data.payloads[target.closest(".contact").dataset.n]);
    target.after(shown);
  });

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input[type=search]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); $("find").focus(); }
    if (event.key === "Escape" && typing) clear();
  });

  // Paper neither scrolls nor unfolds.
  const PRINTED = 1000;
  let unfolded = [];
  addEventListener("beforeprint", () => {
    quota = Math.max(quota, PRINTED);
    unfolded = [...document.querySelectorAll("details:not([open])")];
    unfold(true, unfolded);
    place();
    const contacts = visible().filter((contact) => !contact.open);
    unfolded.push(...contacts);
    unfold(true, contacts);
  });
  addEventListener("afterprint", () => unfold(false, unfolded));
})();
