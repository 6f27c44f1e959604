// Small helps for those who have scripts. Every page does its work without this file.

import("./vendor/nhsuk-frontend.min.js").then((nhs) => nhs.initAll()).catch(() => {});

// Words that look like they name a person or a place: shown before sending. What is sent all the same is masked
// before it is kept; this only saves the practitioner from typing it.
const IDENTIFIERS = [
  ["an NHS number", /\b\d{3}[ -]?\d{3}[ -]?\d{4}\b/],
  ["a phone number", /(?:\+44|\b0)[\d ()-]{9,14}\d\b/],
  ["an email address", /\S+@\S+\.\S+/],
  ["a postcode", /\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b/i],
  ["a date of birth", /\b(?:dob|born(?: on)?|d\.o\.b\.?)\b[^.\n]{0,12}\d|\b\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}\b/i],
  ["a name", /\b(?:called|named|name is|Mr|Mrs|Miss|Ms|Dr) [A-Z][a-z]+/],
  ["an address", /\b\d{1,4} [A-Z][a-z]+ (?:Road|Street|Avenue|Lane|Close|Drive|Way|Court|Crescent|Place)\b/],
];

function found(text) {
  return IDENTIFIERS.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}

function warning(box, names, form) {
  const part = document.createElement("div");
  part.className = "looks-like";
  part.tabIndex = -1;
  part.setAttribute("role", "alert");
  const says = document.createElement("p");
  says.textContent = `This looks as if it holds ${names.join(" and ")}. Take it out if you can: the advice does not need it.`;
  const anyway = document.createElement("button");
  anyway.type = "submit";
  anyway.className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small";
  anyway.textContent = "Send it as it is";
  anyway.addEventListener("click", () => { form.dataset.warned = "yes"; });
  part.append(says, anyway);
  box.after(part);
  return part;
}

for (const form of document.querySelectorAll("form[data-identifiers]")) {
  const box = form.querySelector("textarea");
  let shown = null;
  form.addEventListener("submit", (event) => {
    const names = found(box.value);
    if (!names.length || form.dataset.warned === "yes") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (shown) shown.remove();
    shown = warning(box, names, form);
    shown.focus();
  });
  box.addEventListener("input", () => {
    if (shown && !found(box.value).length) { shown.remove(); shown = null; }
  });
}

// Copy the note. The note stands in a text area as well, to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const note = document.getElementById(button.dataset.copy);
    const told = document.getElementById(`${button.dataset.copy}-copied`);
    note.select();
    try {
      await navigator.clipboard.writeText(note.value);
      told.textContent = "Copied.";
    } catch {
      told.textContent = "It is marked: copy it with your keyboard.";
    }
  });
}

// A part of the page that somebody else may change: asked for again every few seconds, replaced when it has moved on.
// Focus is left where it is; if it was inside the part, it goes to the part itself.
for (const part of document.querySelectorAll("[data-live]")) {
  const every = Number(part.dataset.every || 5) * 1000;
  const title = document.title;
  let misses = 0;
  const look = async () => {
    if (!document.hidden || "always" in part.dataset) {
      try {
        const address = new URL(part.dataset.live, location.href);
        address.searchParams.set("after", part.dataset.seq);
        if (document.hidden) address.searchParams.set("hidden", "1");
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
        misses = 0;
        if (answer.status === 200) replace(part, answer, await answer.text(), title);
      } catch {
        misses += 1;
        part.classList.toggle("stale", misses > 3);
      }
    }
    setTimeout(look, Math.min(every * (1 + misses), 60000));
  };
  setTimeout(look, every);
}

function replace(part, answer, html, title) {
  const moved = answer.headers.get("X-Moved");
  if (moved && !typing()) { location.assign(moved); return; }
  const inside = part.contains(document.activeElement);
  const open = [...part.querySelectorAll("details[open]")].map((each) => each.id).filter(Boolean);
  const before = part.querySelectorAll(".turn").length;
  part.innerHTML = html;
  part.dataset.seq = answer.headers.get("X-Seq") || part.dataset.seq;
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  const turns = part.querySelectorAll(".turn");
  for (let n = before; before && n < turns.length; n += 1) turns[n].classList.add("turn--new");
  if (inside) { part.tabIndex = -1; part.focus(); }
  const count = answer.headers.get("X-Count");
  notice(part, answer, count);
  if (count !== null) document.title = title.replace(/^\(\d+\) /, "").replace(/^/, count === "0" ? "" : `(${count}) `);
  const told = document.getElementById("live-told");
  if (told) told.textContent = answer.headers.get("X-Told") || "";
}

// Somebody new waits, or danger was typed: a notice of the browser's own, where it was asked for. It tells nothing of a
// child, and only that there is something to look at.
function notice(part, answer, count) {
  const more = count !== null && Number(count) > Number(part.dataset.count || 0);
  const alarm = Number(answer.headers.get("X-Alert") || 0) > Number(part.dataset.alert || 0);
  if (count !== null) part.dataset.count = count;
  part.dataset.alert = answer.headers.get("X-Alert") || part.dataset.alert || "0";
  if (alarm) document.title = `(!) ${document.title.replace(/^\(!\) /, "")}`;
  if ((more || alarm) && "Notification" in window && Notification.permission === "granted") {
    new Notification(alarm ? "Danger was typed in a conversation" : "Somebody waits on the advice line", { tag: "advice-line" });
  }
}

for (const button of document.querySelectorAll("[data-notify]")) {
  const told = document.getElementById("notify-told");
  const state = () => { if (told && "Notification" in window && Notification.permission === "granted") told.textContent = "You will be told."; };
  state();
  button.addEventListener("click", async () => {
    if (!("Notification" in window)) { told.textContent = "This browser has no notices. The number in the title tells you."; return; }
    const answer = await Notification.requestPermission();
    if (answer === "granted") state(); else told.textContent = "The browser does not allow it. The number in the title tells you.";
  });
}

// How long a call has lasted.
for (const clock of document.querySelectorAll("[data-timer]")) {
  const begun = Number(clock.dataset.timer) * 1000;
  const show = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - begun) / 1000));
    clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  };
  show();
  setInterval(show, 1000);
}

function typing() {
  return [...document.querySelectorAll("textarea:not([readonly])")].some((box) => box.value.trim());
}
