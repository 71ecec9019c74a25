/* Keeps the parts of the overview that are marked with data-live as they are now. Without it the page works as it is. */
"use strict";
const source = new EventSource("/ops/live");
source.addEventListener("part", (event) => {
  const { name, html } = JSON.parse(event.data);
  const part = document.querySelector(`[data-live="${name}"]`);
  if (part && part.innerHTML !== html && !part.contains(document.activeElement)) part.innerHTML = html;
});
source.addEventListener("end", () => source.close());
window.addEventListener("pagehide", () => source.close());
