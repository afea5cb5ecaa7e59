// The pages work without this. It adds: copy buttons, rows in the condition builder, "select all", and following new messages.
"use strict";

const said = document.getElementById("said");
const say = (words) => { said.textContent = ""; setTimeout(() => { said.textContent = words; }, 50); };

// Copy buttons
const showCopyButtons = (root) => {
  if (!navigator.clipboard) return; // not over plain http from another machine
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
};
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  say(said.dataset.copied);
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
});

// Escape puts an exact time away (it shows on hover and focus)
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.body.classList.add("no-exact");
  const again = () => document.body.classList.remove("no-exact");
  document.addEventListener("mouseover", again, { once: true });
  document.addEventListener("focusin", again, { once: true });
});

// Condition builder: one spare row at a time, rows can be removed
for (const rows of document.querySelectorAll("[data-rows]")) {
  const add = rows.parentElement.querySelector("[data-add]");
  const blank = rows.querySelector("[data-spare]").cloneNode(true);
  const spares = [...rows.querySelectorAll("[data-spare]")];
  const keep = rows.children.length === spares.length ? 1 : 0;
  for (const spare of spares.slice(keep)) spare.remove();
  const prepare = (row) => {
    const drop = row.querySelector("[data-drop]");
    drop.hidden = false;
    drop.addEventListener("click", () => { row.remove(); add.focus(); });
  };
  [...rows.children].forEach(prepare);
  add.hidden = false;
  add.addEventListener("click", () => {
    const row = blank.cloneNode(true);
    rows.append(row);
    prepare(row);
    row.querySelector("select").focus();
  });
}

// Select all
for (const all of document.querySelectorAll("[data-tick-all]")) {
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.getElementsByName(all.dataset.tickAll)) box.checked = all.checked;
  });
}

// Following new messages: the same page's table again every five seconds, until paused
for (const button of document.querySelectorAll("[data-refresh]")) {
  let timer = 0;
  const refresh = async () => {
    const target = document.querySelector(button.dataset.refresh);
    if (document.hidden || target.contains(document.activeElement)) return; // never under a reader's hands
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(button.dataset.refresh);
    if (!fresh) return;
    target.replaceWith(fresh);
    showCopyButtons(fresh);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    if (timer) { clearInterval(timer); timer = 0; } else { timer = setInterval(refresh, 5000); refresh(); }
    button.textContent = timer ? button.dataset.running : button.dataset.paused;
  });
}

showCopyButtons(document);
