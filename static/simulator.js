// The simulator's counter, as you type. The page counts without this too, by a button (sandbox/segments.py).
"use strict";

const ROOM = { "GSM-7": [160, 153], "UCS-2": [70, 67] };

for (const shown of document.querySelectorAll("[data-measure]")) {
  const typed = document.getElementById(shown.dataset.measure);
  const basic = new Set(shown.dataset.basic), extended = new Set(shown.dataset.extended);
  const find = (name) => document.querySelector(`[data-${name}]`);
  const isUsual = (one) => basic.has(one) || extended.has(one);

  const split = (characters, width, [alone, joined]) => {
    const widths = characters.map(width);
    const total = widths.reduce((sum, one) => sum + one, 0);
    if (total <= alone) return { parts: [characters.join("")], total, left: alone - total };
    const parts = [""];
    let used = 0;
    characters.forEach((one, place) => {
      if (used + widths[place] > joined) { parts.push(""); used = 0; }
      parts[parts.length - 1] += one;
      used += widths[place];
    });
    return { parts, total, left: joined - used };
  };

  const fill = (list, name, texts) => {
    list.replaceChildren(...texts.flatMap((text) => {
      const item = document.createElement(name);
      item.textContent = text;
      if (name === "code") item.className = "value"; else item.dir = "auto";
      return [item, " "];
    }));
  };

  const measure = () => {
    const characters = [...typed.value];
    const unusual = [...new Set(characters.filter((one) => !isUsual(one)))];
    const encoding = unusual.length ? "UCS-2" : "GSM-7";
    const width = unusual.length ? (one) => one.length : (one) => (extended.has(one) ? 2 : 1);
    const { parts, total, left } = split(characters, width, ROOM[encoding]);
    find("encoding").textContent = encoding;
    find("units").textContent = total;
    find("segments").textContent = parts.length;
    find("left").textContent = left;
    find("unusual").hidden = !unusual.length;
    fill(find("characters"), "code", unusual);
    find("parts").hidden = parts.length === 1;
    fill(find("parts"), "li", parts);
  };

  typed.addEventListener("input", measure);
  find("preview").hidden = true;
  measure();
}
