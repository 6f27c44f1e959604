// Small helps for those who have scripts. Every page does its work without this file.

import "./live.js";
import "./drafts.js";

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
