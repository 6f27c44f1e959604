// A part of the page that somebody else may change: asked for again when the server says that there is something to look
// at, and every few seconds where it does not say so. Replaced when it has moved on. Focus is left where it is; if it was
// inside the part, it goes to the part itself.

const SELDOM = 15000; // with a stream: nothing is missed for longer than this
const CLOSE_TOGETHER = 300; // several rings in so many milliseconds are one look
const LEFT = 10000; // so long a form that was sent may take before the page moves on by itself again

// A form is on its way: moving the page now would cancel it.
let sent = 0;
document.addEventListener("submit", (event) => { if (!event.defaultPrevented) sent = Date.now(); });
window.addEventListener("pageshow", () => { sent = 0; });
const leaving = () => Date.now() - sent < LEFT;

for (const part of document.querySelectorAll("[data-live]")) {
  const every = Number(part.dataset.every || 5) * 1000;
  const title = document.title;
  let misses = 0;
  let timer = 0;
  let looking = false;
  let again = false;

  const next = (wait) => { clearTimeout(timer); timer = setTimeout(look, wait); };

  const look = async () => {
    if (looking) { again = true; return; }
    looking = true;
    let replaced = false;
    if (!leaving() && (!document.hidden || "always" in part.dataset)) {
      try {
        const address = new URL(part.dataset.live, location.href);
        address.searchParams.set("after", part.dataset.seq);
        if (document.hidden) address.searchParams.set("hidden", "1");
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" }, redirect: "error" });
        misses = 0;
        part.classList.remove("stale");
        if (answer.status === 200) { replaced = true; replace(part, answer, await answer.text(), title); }
      } catch {
        misses += 1;
        part.classList.toggle("stale", misses > 3);
      }
    }
    looking = false;
    // After something new the page comes back soon: by that the other side knows that it was seen.
    const told = streaming() && !misses && !replaced && !again;
    next(again ? CLOSE_TOGETHER : told ? SELDOM : Math.min(every * (1 + misses), 60000));
    again = false;
  };

  const streaming = stream(part, (wait) => next(wait ? every : 0));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) next(0); });
  next(every);
}

// Whether the server tells this page. Where it has no place left it says so once (204), and the page asks as before. A
// browser keeps six connections to one server: pages in the background let go of theirs, but for the queue, whose notices
// are for whoever looks elsewhere.
function stream(part, ring) {
  const address = part.dataset.stream;
  if (!address || !("EventSource" in window)) return () => false;
  let source = null;
  let refused = false;
  const open = () => {
    if (source || refused || (document.hidden && !("streamHidden" in part.dataset))) return;
    source = new EventSource(address);
    source.addEventListener("message", () => ring(false));
    source.addEventListener("open", () => ring(false));
    source.addEventListener("error", () => { refused = source?.readyState === EventSource.CLOSED; ring(true); });
  };
  const shut = () => { source?.close(); source = null; };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) open(); else if (!("streamHidden" in part.dataset)) shut(); });
  window.addEventListener("pagehide", shut);
  window.addEventListener("pageshow", open);
  open();
  return () => source?.readyState === EventSource.OPEN;
}

function replace(part, answer, html, title) {
  const moved = answer.headers.get("X-Moved");
  if (leaving()) return;
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
  const alarm = notice(part, answer, count);
  if (count !== null) document.title = title.replace(/^\(\d+\) /, "").replace(/^/, count === "0" ? "" : `(${count}) `);
  const told = document.getElementById("live-told");
  const more = alarm || turns.length > before || (count !== null && answer.headers.get("X-Told") !== told?.textContent);
  if (told && more) told.textContent = alarm ? "Danger was typed in this conversation." : answer.headers.get("X-Told") || "";
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
  return alarm;
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

function typing() {
  return [...document.querySelectorAll("textarea:not([readonly])")].some((box) => box.value.trim());
}
