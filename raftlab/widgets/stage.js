// The stage shows one frame: what happened and why, the properties, the picture, the text view.
// It decides nothing. Text arrives as text and is set as text; only the SVG is markup, drawn and
// escaped in Python.

const HELP =
  "Click a message and it is delivered; click a node for what it can do; the other mouse button, " +
  "or Shift+F10, has the rest. With the keyboard: ↑ ↓ choose, Enter acts, M next message, ← → step.";

// A step sooner after the last than this is shown without travel.
const HURRY_MS = 250;

function build(el) {
  el.classList.add("raftlab-stage");
  const head = element("header", "raftlab-head", el);
  const parts = {
    title: element("span", "raftlab-title", head),
    term: element("span", "raftlab-term", head),
    leader: element("span", "raftlab-leader", head),
    position: element("span", "raftlab-position", head),
    lights: element("ul", "raftlab-lights", head, { "aria-label": "Properties" }),
  };
  const told = (parts.told = element("div", "raftlab-told", el));
  const words = element("div", "raftlab-words", told, { role: "status", "aria-live": "polite" });
  parts.breaks = element("p", "raftlab-breaks", words);
  parts.headline = element("p", "raftlab-headline", words);
  parts.reason = element("p", "raftlab-reason", words);
  parts.rules = element("ol", "raftlab-rules", told, { "aria-label": "Rules that fired" });
  parts.notice = element("p", "raftlab-notice", told, { role: "alert" });
  parts.picture = element("div", "raftlab-picture", el);
  parts.drawing = element("div", "raftlab-drawing", parts.picture, { role: "img" });
  parts.help = element("p", "raftlab-help", el);
  parts.help.textContent = HELP;
  const details = element("details", "raftlab-text", el);
  element("summary", "", details).textContent = "The same in words";
  parts.text = element("pre", "", details);
  return parts;
}

function showLights(list, lights) {
  list.replaceChildren();
  for (const light of lights) {
    const holds = light.sentence === null;
    const item = element("li", holds ? "raftlab-holds" : "raftlab-broken", list);
    element("span", "raftlab-mark", item, { "aria-hidden": "true" }).textContent = holds ? "✓" : "✕";
    element("span", "", item).textContent = light.name;
    element("span", "raftlab-verdict", item).textContent = holds ? "holds" : light.sentence;
  }
}

function showRules(list, frame) {
  list.replaceChildren();
  if (!frame.rules.length) return;
  element("li", "raftlab-actor", list).textContent = `Rules that fired on ${frame.actor}`;
  for (const [rule, gave] of frame.rules) {
    const item = element("li", "", list);
    const chip = element("span", "raftlab-rule", item);
    element("code", "", chip).textContent = rule;
    chip.append(` ${gave}`);
  }
}

// The citation stands in the reason already; there it becomes a link to the paper.
function showReason(place, frame) {
  const cited = frame.citation ? frame.reason.indexOf(`(${frame.citation})`) : -1;
  if (cited < 0) {
    place.textContent = frame.reason;
    return;
  }
  place.textContent = frame.reason.slice(0, cited + 1);
  const link = element("a", "", place, {
    href: frame.paper,
    target: "_blank",
    rel: "noopener noreferrer",
  });
  link.textContent = frame.citation;
  place.append(frame.reason.slice(cited + 1 + frame.citation.length));
}

function showPicture(place, frame) {
  place.setAttribute("aria-label", frame.alt);
  if (!frame.svg) {
    place.replaceChildren();
    element("pre", "", place).textContent = frame.text;
    return;
  }
  place.innerHTML = frame.svg;
  // The place that holds it is the image with a name; inside, it would be told twice.
  place.firstElementChild.setAttribute("aria-hidden", "true");
  for (const link of place.querySelectorAll("a")) link.setAttribute("tabindex", "-1");
}

// Whether a frame is one step after the one that was shown.
function follows(frame, shown) {
  return shown !== undefined && frame.moment !== null && frame.parent === shown;
}

function show(parts, frame) {
  parts.title.textContent = frame.title;
  parts.term.textContent = `term ${frame.term}`;
  parts.term.dataset.term = frame.term === 0 ? "0" : String(((frame.term - 1) % 5) + 1);
  parts.leader.textContent = frame.leader;
  parts.position.textContent = frame.position;
  parts.breaks.textContent = frame.breaks;
  parts.headline.textContent = frame.headline;
  parts.notice.textContent = frame.notice;
  parts.text.textContent = frame.text;
  showLights(parts.lights, frame.lights);
  showReason(parts.reason, frame);
  showRules(parts.rules, frame);
  parts.picture.hidden = parts.help.hidden = !frame.shown;
  showPicture(parts.drawing, frame);
}

// It never gets lower again: the picture below would jump.
function keepHeight(told) {
  const lowest = parseFloat(getComputedStyle(told).minHeight) || 0;
  if (told.offsetHeight > lowest) told.style.minHeight = `${told.offsetHeight}px`;
}

function currentTheme() {
  const lab = document.body.dataset.jpThemeLight;
  if (lab !== undefined) return lab === "false" ? "dark" : "light";
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

// JupyterLab's shortcuts would take the arrow keys that a list or the scrubber needs; and Enter in
// a field of words presses the button of its row. The document listens, for the lab that the stage
// is a part of: while the stage is made, it does not stand in its lab yet.
function takeKeys(el) {
  const isOurs = (target) => el.closest(".raftlab")?.contains(target);
  const keep = ({ target }) => {
    if (target.matches("select, input") && isOurs(target)) {
      target.setAttribute("data-lm-suppress-shortcuts", "true");
    }
  };
  const enter = ({ key, target }) => {
    if (key === "Enter" && target.matches(".raftlab-row input[type=text]") && isOurs(target)) {
      target.closest(".raftlab-row").querySelector("button").click();
    }
  };
  document.addEventListener("focusin", keep);
  // On the way down: a field keeps its keys to itself.
  document.addEventListener("keydown", enter, true);
  return () => {
    document.removeEventListener("focusin", keep);
    document.removeEventListener("keydown", enter, true);
  };
}

function render({ model, el }) {
  const parts = build(el);
  const things = thingsOver(parts.picture, parts.drawing, {
    act: (thing, label) => model.send({ thing: thing.id, name: thing.name, act: label }),
    step: (ahead) => model.send({ step: ahead }),
  });
  let shown;
  let when = 0;
  const draw = () => {
    const frame = model.get("frame");
    const calm = performance.now() - when > HURRY_MS;
    const travels = calm && follows(frame, shown);
    const flight = travels ? takeOff(parts.drawing, frame.arrived) : null;
    show(parts, frame);
    // What is measured on the page waits until it is laid out anyway.
    requestAnimationFrame(() => {
      if (model.get("frame") !== frame) return;
      keepHeight(parts.told);
      things.show(frame.things);
      fly(parts.drawing, flight);
    });
    shown = frame.moment;
    when = performance.now();
  };
  const tell = (name, value) => {
    if (model.get(name) !== value) {
      model.set(name, value);
      model.save_changes();
    }
  };
  const retheme = () => tell("theme", currentTheme());
  const themes = new MutationObserver(retheme);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const sizes = new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width > 0) tell("room", width);
    things.place();
  });
  sizes.observe(parts.picture);
  model.on("change:frame", draw);
  draw();
  retheme();
  const leaveKeys = takeKeys(el);
  return () => {
    leaveKeys();
    themes.disconnect();
    sizes.disconnect();
    model.off("change:frame", draw);
  };
}

export default { render };
