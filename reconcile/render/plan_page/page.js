"use strict";
// The page reads without this. It finds contacts, puts in those of a long plan as the reader gets to them, and
// shows payloads. All text in the data was escaped when the page was made.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const groups = Object.keys(data.groups).map((name) => ({ name, section: $(name), size: data.groups[name] }));
  const total = groups.reduce((sum, group) => sum + group.size, 0);
  const elements = [...document.querySelectorAll(".contact")];
  const first = elements.length;
  const STEP = 300;

  // A contact's element, made when it is first shown.
  const mould = document.createElement("template");
  const element = (n) => {
    if (!elements[n]) {
      mould.innerHTML = data.later[n - first];
      elements[n] = mould.content.firstElementChild;
      elements[n].open = !folded();
    }
    return elements[n];
  };

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
    const alike = ticked("equal").map((number) => data.equal[number]);
    const among = (n) => !alike.length || alike.some(([start, end]) => start <= n && n < end);
    return (n, group) =>
      (!risks.size || risks.has(group.name)) && among(n) && words.every((word) => text(n).includes(word));
  };
  const place = () => {
    const fits = wanted();
    let n = 0;
    let found = 0;
    for (const group of groups) {
      let last = group.section.firstElementChild;
      const before = found;
      for (const end = n + group.size; n < end; n++) {
        const shown = fits(n, group) && ++found <= quota;
        if (!shown && !elements[n]) continue;
        const contact = element(n);
        if (contact.hidden === shown) contact.hidden = !shown;
        if (!contact.isConnected) last.after(contact);
        last = contact;
      }
      group.section.hidden = found === before;
    }
    tell(found);
  };
  const number = (n) => n.toLocaleString("en");
  const tell = (found) => {
    const noun = total === 1 ? "contact" : "contacts";
    $("count").textContent = found === total ? `${number(total)} ${noun}` : `${number(found)} of ${number(total)} ${noun}`;
    $("nothing").hidden = found > 0 || !total;
    $("more").hidden = found <= quota;
    $("more").textContent = `Show ${number(Math.min(STEP, found - quota))} more of ${number(found - quota)}`;
  };

  let waiting = 0;
  const filter = () => { quota = STEP; place(); };
  const soon = () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(filter); };
  const boxes = document.querySelectorAll("[name=risk], [name=equal]");
  const clear = () => {
    $("find").value = "";
    for (const box of boxes) box.checked = false;
    filter();
    $("find").focus();
  };
  $("find").addEventListener("input", soon);
  for (const box of boxes) box.addEventListener("change", soon);
  for (const box of document.querySelectorAll("[name=equal]")) {
    box.addEventListener("change", () => { if (box.checked) $("contacts").scrollIntoView(); });
  }
  document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  $("clear").addEventListener("click", clear);
  const more = () => { quota += STEP; place(); };
  $("more").addEventListener("click", more);
  new IntersectionObserver(([end]) => { if (end.isIntersecting) more(); }, { rootMargin: "600px" }).observe($("more"));
  $("more").hidden = total <= quota;

  // Unfolding.
  const folded = () => $("unfold").getAttribute("aria-pressed") === "false";
  const unfold = (open, some) => { for (const contact of some) contact.open = open; };
  const visible = () => elements.filter((contact) => contact && !contact.hidden && !contact.parentElement.hidden);
  const press = (open) => {
    $("unfold").setAttribute("aria-pressed", String(open));
    $("unfold").textContent = open ? "Fold all" : "Unfold all";
  };
  $("unfold").addEventListener("click", () => { press(folded()); unfold(!folded(), visible()); });
  press(elements.length > 0 && elements.every((contact) => contact.open));
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
    place();
    unfolded = visible().filter((contact) => !contact.open);
    unfold(true, unfolded);
  });
  addEventListener("afterprint", () => unfold(false, unfolded));
})();
