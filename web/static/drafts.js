// What somebody has typed and not sent yet survives a reload, a broken network and a post that failed. It lies in this
// tab's own storage, under the form it belongs to, and goes when it is sent, when somebody signs out, when somebody else
// signs in, and with the tab. Nothing of it is put into an address.

const AHEAD = "draft ";
const OWNER = "draft-owner";
const person = document.body.dataset.person || "";

const store = (() => {
  try { sessionStorage.setItem("draft-probe", "1"); sessionStorage.removeItem("draft-probe"); return sessionStorage; } catch { return null; }
})();

const all = () => Object.keys(store).filter((key) => key.startsWith(AHEAD));
const forget = () => { all().forEach((key) => store.removeItem(key)); store.removeItem(OWNER); };
const squeezed = (words) => words.replace(/\s+/g, " ").trim();

if (store) {
  if (person && store.getItem(OWNER) && store.getItem(OWNER) !== person) forget();
  if (person) store.setItem(OWNER, person);
  document.querySelectorAll("form[action$='/sign-out']").forEach((form) => form.addEventListener("submit", forget));
  settle();
  if (person) document.querySelectorAll("main form[method=post]").forEach(watch);
}

// A form that was sent: it was taken if its answer led on to a page (every form that is taken does), or if its words stand
// in the conversation. Whatever else came, a page that says what is wrong or nothing at all, the words are kept.
function settle() {
  const came = performance.getEntriesByType("navigation")[0];
  const failed = document.querySelector("[data-unsent], .nhsuk-error-summary");
  const led = came && came.type === "navigate" && came.redirectCount > 0 && !failed;
  const said = squeezed([...document.querySelectorAll(".turn")].map((turn) => turn.textContent).join(" "));
  for (const key of all()) {
    const draft = read(key);
    if (!draft) store.removeItem(key);
    else if (draft.sent && (led || Object.values(draft.words).some((words) => words && said.includes(squeezed(words))))) store.removeItem(key);
  }
}

function read(key) {
  try { return JSON.parse(store.getItem(key)); } catch { return null; }
}

function watch(form) {
  const boxes = [...form.querySelectorAll("textarea:not([readonly]), input[type=text], input:not([type])")].filter((box) => box.name);
  if (!boxes.length) return;
  const key = AHEAD + new URL(form.action, location.href).pathname + " " + boxes.map((box) => box.id).join(",");
  const number = form.querySelector("input[name=message_id]");
  const fresh = number ? number.value : "";
  const keep = (sent) => {
    const words = Object.fromEntries(boxes.map((box) => [box.name, box.value]));
    if (boxes.some((box) => box.value.trim())) store.setItem(key, JSON.stringify({ words, number: number ? number.value : "", sent }));
    else store.removeItem(key);
  };
  const draft = read(key);
  if (draft) restore();
  form.addEventListener("input", () => { if (number) number.value = fresh; keep(false); });
  // Heard at the document: a form that is held back, to look at names in it first, does not get so far.
  document.addEventListener("submit", (event) => { if (event.target === form && !event.defaultPrevented) keep(true); });

  function restore() {
    const empty = boxes.filter((box) => !box.value.trim() && (draft.words[box.name] || "").trim());
    if (!empty.length) return;
    empty.forEach((box) => { box.value = draft.words[box.name]; });
    // Under its own number a message that did arrive is there once, however often it is sent.
    if (number && draft.sent) number.value = draft.number;
    const told = document.createElement("p");
    told.className = "quiet";
    told.setAttribute("role", "status");
    told.textContent = draft.sent
      ? "You sent this, and no answer came. Look whether it stands in the conversation before you send it again."
      : "You had typed this before. It is not sent.";
    empty[0].after(told);
    const fold = empty[0].closest("details");
    if (fold) fold.open = true;
    form.addEventListener("input", () => told.remove(), { once: true });
  }
}
