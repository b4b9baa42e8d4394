// The scrubber: one range over the run. The browser gives it its keys; arrows go event by event.

function render({ model, el }) {
  el.classList.add("raftlab-scrubber");
  const label = document.createElement("label");
  label.textContent = "Moment";
  const range = document.createElement("input");
  range.type = "range";
  range.min = "0";
  range.step = "1";
  range.setAttribute("aria-label", "Moment");
  const words = document.createElement("output");
  el.append(label, range, words);

  const show = () => {
    range.max = String(model.get("last"));
    range.value = String(model.get("place"));
    range.disabled = model.get("last") === 0;
    words.textContent = `event ${model.get("place")} of ${model.get("last")}`;
    range.setAttribute("aria-valuetext", words.textContent);
  };
  range.addEventListener("input", () => {
    model.set("place", Number(range.value));
    model.save_changes();
    show();
  });
  model.on("change:place", show);
  model.on("change:last", show);
  show();
  return () => {
    model.off("change:place", show);
    model.off("change:last", show);
  };
}

export default { render };
