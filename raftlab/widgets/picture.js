// One more picture of the run. A click on what leads to a moment goes there, one on a message
// chooses it. It decides nothing; the scrubber and the list of messages do the same by keyboard.

function follow(event, model) {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  const address = link.getAttribute("xlink:href") ?? link.getAttribute("href") ?? "";
  const found = /^#(moment|message)-(\d+)$/.exec(address);
  if (found) model.send({ [found[1]]: Number(found[2]) });
}

function render({ model, el }) {
  el.classList.add("raftlab-diagram");
  el.setAttribute("role", "img");
  const show = () => {
    const drawn = model.get("svg");
    el.setAttribute("aria-label", model.get("alt"));
    if (drawn) el.innerHTML = drawn;
    else el.textContent = model.get("alt");
    el.firstElementChild?.setAttribute("aria-hidden", "true");
    for (const link of el.querySelectorAll("a")) link.setAttribute("tabindex", "-1");
  };
  const click = (event) => follow(event, model);
  el.addEventListener("click", click);
  model.on("change:svg", show);
  model.on("change:alt", show);
  show();
  return () => {
    el.removeEventListener("click", click);
    model.off("change:svg", show);
    model.off("change:alt", show);
  };
}

export default { render };
