"""What a page can be asked about itself; each script answers a list of faults."""

from __future__ import annotations

# WCAG 1.4.3: 4.5 to 1, or 3 to 1 for large text.
CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = text; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = rgba(getComputedStyle(e).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const faults = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || !element.checkVisibility({checkOpacity: true})) continue;
    if (element.closest('.visually-hidden, .skip, svg, script, :disabled, [aria-disabled="true"]')) continue;
    const [a, b] = [light(rgba(style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if (ratio < needed) faults.push(`${walker.currentNode.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return faults;
}"""

STRUCTURE = """() => {
  const faults = [];
  const seen = (e) => e.checkVisibility();
  const levels = [...document.querySelectorAll('h1,h2,h3,h4')].filter(seen).map(h => Number(h.tagName[1]));
  if (levels.filter(l => l === 1).length !== 1) faults.push('not one h1');
  levels.forEach((level, i) => {
    if (i && level > levels[i - 1] + 1) faults.push(`h${levels[i - 1]} then h${level}`);
  });
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => faults.push(`id ${id} twice`));
  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (!e.labels.length && !e.getAttribute('aria-label')) faults.push(`no label: ${e.name}`);
  for (const e of document.querySelectorAll('a, button'))
    if (!(e.textContent.trim() || e.getAttribute('aria-label'))) faults.push(`no name: ${e.outerHTML.slice(0, 80)}`);
  for (const name of ['aria-describedby', 'aria-labelledby'])
    for (const e of document.querySelectorAll(`[${name}]`))
      for (const id of e.getAttribute(name).trim().split(' '))
        if (!document.getElementById(id)) faults.push(`names a missing ${id}`);
  for (const e of document.querySelectorAll('[style], script:not([src]), [onclick]'))
    faults.push(`inline: ${e.outerHTML.slice(0, 80)}`);
  if (!document.querySelector('main#content')) faults.push('no main');
  if (!document.title || !document.documentElement.lang) faults.push('no title or language');
  return faults;
}"""

# WCAG 2.5.8: 24 by 24 pixels; links inside a sentence and a label's own box are exempt.
TARGETS = """() => [...document.querySelectorAll(
    'button, select, summary, input:not([type=hidden]), nav a, .button, .switch a')]
  .filter(e => e.checkVisibility() && !e.closest('.visually-hidden'))
  .map(e => [e, (e.closest('label') || e).getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([e, box]) => `${e.outerHTML.slice(0, 60)}: ${box.width}x${box.height}`)"""
