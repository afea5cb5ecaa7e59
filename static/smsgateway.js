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

// Following: part of the same page again every few seconds, until paused; data-follows starts by itself and ends when
// the page has nothing more to follow
for (const button of document.querySelectorAll("[data-refresh]")) {
  const alone = "follows" in button.dataset;
  let timer = 0;
  const end = (main, words) => { // buttons that mean nothing any more go as well
    clearInterval(timer);
    const old = document.querySelector("main");
    const held = old.contains(document.activeElement);
    old.replaceWith(main);
    if (held) main.focus();
    showCopyButtons(main);
    say(words);
  };
  const refresh = async () => {
    const target = document.querySelector(button.dataset.refresh);
    if (document.hidden || target.contains(document.activeElement)) return; // never under a reader's hands
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { "X-Renewal": "1" } }).catch(() => null);
    if (!answer || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(button.dataset.refresh);
    if (!fresh || !timer) return;
    if (alone && !page.querySelector("[data-refresh]")) {
      end(page.querySelector("main"), fresh.dataset.said);
      return;
    }
    target.replaceWith(fresh);
    showCopyButtons(fresh);
  };
  const turn = () => {
    if (timer) { clearInterval(timer); timer = 0; } else { timer = setInterval(refresh, alone ? 2000 : 5000); }
    button.textContent = timer ? button.dataset.running : button.dataset.paused;
  };
  button.hidden = false;
  button.addEventListener("click", () => { turn(); if (timer) refresh(); });
  if (alone) turn();
}

showCopyButtons(document);
