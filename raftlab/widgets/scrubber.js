// The scrubber: one range over the shown line of the run, the lesson marks on it, and a rail for
// each other line from where it parts. The browser gives the range its keys; arrows go event by
// event. Texts are set as text.

const THUMB = 16;

// Where an event stands: the middle of the thumb, were it there.
function at(place, longest) {
  const share = longest ? place / longest : 0;
  return `calc(${THUMB / 2}px + (100% - ${THUMB}px) * ${share})`;
}

function along(events, longest) {
  return `calc((100% - ${THUMB}px) * ${longest ? events / longest : 0})`;
}

function made(tag, className, parent) {
  const one = document.createElement(tag);
  one.className = className;
  parent.append(one);
  return one;
}

function build(el) {
  el.classList.add("raftlab-scrubber");
  made("label", "", el).textContent = "Moment";
  const rails = made("div", "raftlab-rails", el);
  const range = made("input", "", rails);
  Object.assign(range, { type: "range", min: "0", step: "1" });
  range.setAttribute("aria-label", "Moment");
  range.setAttribute("data-lm-suppress-shortcuts", "true");
  const marks = made("div", "raftlab-marks", rails);
  const note = made("p", "raftlab-lesson", rails);
  note.setAttribute("role", "status");
  const others = made("div", "raftlab-others", rails);
  const words = made("output", "", el);
  return { range, marks, note, others, words };
}

// For the mouse; for the keyboard two buttons go from mark to mark.
function showMarks(parts, model, longest, go) {
  const marks = model.get("marks");
  parts.marks.replaceChildren();
  parts.marks.hidden = marks.length === 0;
  for (const [event, note] of marks) {
    const mark = made("button", "", parts.marks);
    Object.assign(mark, { type: "button", tabIndex: -1, title: note });
    mark.setAttribute("aria-label", `Event ${event}: ${note}`);
    mark.setAttribute("aria-current", String(event === model.get("place")));
    mark.style.left = at(event, longest);
    mark.addEventListener("click", () => go(event));
  }
  const here = marks.find(([event]) => event === model.get("place"));
  parts.note.hidden = marks.length === 0;
  parts.note.textContent = here ? here[1] : "";
}

// A rail begins where its line leaves the shown one, and its name stands right of its end.
function showOthers(parts, model, longest) {
  parts.others.replaceChildren();
  for (const [tip, name, from, to] of model.get("rails")) {
    const rail = made("button", "", parts.others);
    Object.assign(rail, { type: "button", title: name });
    rail.setAttribute("aria-label", `Go over to the other line, ${name}`);
    rail.style.paddingLeft = at(from, longest);
    made("span", "raftlab-rail", rail).style.width = along(to - from, longest);
    made("span", "raftlab-rail-name", rail).textContent = name;
    rail.addEventListener("click", () => model.send({ line: tip }));
  }
}

function render({ model, el }) {
  const parts = build(el);
  const { range, words } = parts;
  const say = () => {
    const line = model.get("line");
    words.textContent = `event ${range.value} of ${model.get("last")}${line ? `, ${line}` : ""}`;
    range.setAttribute("aria-valuetext", words.textContent);
  };
  const go = (place) => {
    range.value = String(place);
    model.set("place", place);
    model.save_changes();
    say();
  };
  const show = () => {
    const last = model.get("last");
    const longest = Math.max(last, ...model.get("rails").map(([, , , to]) => to));
    range.max = String(last);
    range.value = String(model.get("place"));
    range.disabled = last === 0;
    range.style.width = `calc(${THUMB}px + (100% - ${THUMB}px) * ${longest ? last / longest : 1})`;
    say();
    showMarks(parts, model, longest, go);
    showOthers(parts, model, longest);
  };
  range.addEventListener("input", () => go(Number(range.value)));
  const traits = ["place", "last", "line", "marks", "rails"];
  for (const trait of traits) model.on(`change:${trait}`, show);
  show();
  return () => {
    for (const trait of traits) model.off(`change:${trait}`, show);
  };
}

export default { render };
