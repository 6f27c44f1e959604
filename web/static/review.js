// Quote the marked words of the record at a criterion. Without this file the entry's number is typed.

let marked = null;
const record = document.querySelector("[data-record]");

document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  if (!chosen || chosen.isCollapsed || !record.contains(chosen.anchorNode)) return;
  const entry = (node) => (node.nodeType === 1 ? node : node.parentElement).closest("[data-seq]");
  const [from, to] = [entry(chosen.anchorNode), entry(chosen.focusNode)];
  if (from && from === to) marked = { seq: from.dataset.seq, words: chosen.toString().replace(/\s+/g, " ").trim() };
});

for (const button of document.querySelectorAll("[data-quote]")) {
  button.addEventListener("click", () => {
    if (!marked) return;
    const box = document.getElementById(button.dataset.quote);
    box.value = `${box.value.trimEnd()}${box.value.trim() ? "\n" : ""}${marked.seq}: ${marked.words}`;
    box.focus();
  });
}
