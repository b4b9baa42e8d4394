// A message that arrives travels its arrow once more, over the picture of what it changed: the
// change itself waits for nothing.

const TRAVEL_MS = 180;
const STOPS = 8;

// Of the picture as it still is: its message to fly, as a picture of its own; null if none does.
function takeOff(drawing, id) {
  if (!id || matchMedia("(prefers-reduced-motion: reduce)").matches) return null;
  const picture = drawing.querySelector("svg");
  const pill = picture?.querySelector(`[id="${CSS.escape(id)}"]`);
  const way = picture?.querySelector(`[id="${CSS.escape(id)}-arrives"] path`);
  if (!pill || !way) return null;
  const from = way.getPointAtLength(0);
  const stops = Array.from({ length: STOPS + 1 }, (_, stop) => {
    const { x, y } = way.getPointAtLength((way.getTotalLength() * stop) / STOPS);
    const fade = 1 - 0.6 * (stop / STOPS);
    return { transform: `translate(${x - from.x}px, ${y - from.y}px)`, opacity: fade };
  });
  const flight = picture.cloneNode(false);
  flight.classList.add("raftlab-travel");
  flight.setAttribute("aria-hidden", "true");
  const ground = picture.querySelector("g").cloneNode(false);
  const flying = pill.cloneNode(true);
  ground.append(flying);
  flight.append(ground);
  for (const named of flight.querySelectorAll("[id]")) named.removeAttribute("id");
  return { flight, flying, stops };
}

function fly(drawing, taken) {
  const picture = drawing.querySelector("svg");
  if (!taken || !picture) return;
  const { left, top } = drawing.getBoundingClientRect();
  const { left: x, top: y, width } = picture.getBoundingClientRect();
  Object.assign(taken.flight.style, { left: `${x - left}px`, top: `${y - top}px`, width: `${width}px` });
  drawing.append(taken.flight);
  const done = () => taken.flight.remove();
  taken.flying.animate(taken.stops, { duration: TRAVEL_MS, easing: "ease-in" }).finished.then(done, done);
}
