// The nodes and messages of the picture, to be acted upon. Over each lies an unseen button for the
// keyboard; the mouse goes through it to the picture, whose tooltips stay. A message is delivered
// at once; a node, or whatever is asked for by the other mouse button, opens its menu.

const PRIMARY = "Deliver";

function placeOver(buttons, drawing) {
  const picture = drawing.querySelector("svg");
  const whole = picture?.getBoundingClientRect();
  const outer = drawing.parentElement.getBoundingClientRect();
  for (const button of buttons) {
    const part = picture?.querySelector(`[id="${CSS.escape(button.dataset.id)}"]`);
    button.hidden = !part || !whole.width;
    if (button.hidden) continue;
    const { left, top, width, height } = part.getBoundingClientRect();
    Object.assign(button.style, {
      left: `${left - outer.left}px`,
      top: `${top - outer.top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  }
}

// What lies under the mouse; of several the smallest, which is a message over a card.
function thingAt(buttons, { clientX, clientY }) {
  const under = buttons.filter((button) => {
    const { left, right, top, bottom } = button.getBoundingClientRect();
    return left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
  });
  return under.sort((one, other) => one.offsetWidth - other.offsetWidth)[0];
}

function thingsOver(place, drawing, { act, step }) {
  const layer = element("div", "raftlab-things", place, {
    role: "group",
    "aria-label": "Nodes and messages",
    "data-lm-suppress-shortcuts": "true",
  });
  let things = [];
  let buttons = [];
  let current = 0;

  const focus = (number) => {
    const usable = buttons.filter((button) => !button.hidden);
    if (usable.length) usable.at(number % usable.length).focus();
  };
  const menu = (button, at) => {
    const thing = things[buttons.indexOf(button)];
    const did = (label) => act(thing, label);
    openMenu(place, thing, at, did, () => buttons[current]?.focus());
  };
  const middle = (button) => {
    const { left, top, height, width } = button.getBoundingClientRect();
    return [left + Math.min(width / 2, 160), top + height / 2];
  };
  const use = (button, at) => {
    current = buttons.indexOf(button);
    const thing = things[current];
    const [label, why] = thing.acts[0];
    if (label === PRIMARY && !why) act(thing, label);
    else menu(button, at);
  };
  const hover = (event) => {
    const under = thingAt(buttons, event);
    for (const button of buttons) button.classList.toggle("raftlab-hover", button === under);
    drawing.classList.toggle("raftlab-acts-here", under !== undefined);
  };
  const keys = (event) => {
    const usable = buttons.filter((button) => !button.hidden);
    const here = usable.indexOf(document.activeElement);
    const messages = usable.filter((button) => button.dataset.id.startsWith("message-"));
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) focus(next);
    else if (event.key === "ArrowRight") step(true);
    else if (event.key === "ArrowLeft") step(false);
    else if (event.key === "m") {
      messages[(messages.indexOf(document.activeElement) + 1) % messages.length]?.focus();
    } else return;
    event.preventDefault();
  };

  const show = (given) => {
    const focused = buttons.indexOf(document.activeElement);
    things = given;
    layer.replaceChildren();
    buttons = things.map((thing) => {
      const button = element("button", "", layer, { type: "button", tabindex: "-1" });
      button.dataset.id = thing.id;
      button.setAttribute("aria-label", thing.name);
      if (thing.acts[0][0] !== PRIMARY) button.setAttribute("aria-haspopup", "menu");
      button.addEventListener("click", () => use(button, middle(button)));
      button.addEventListener("focus", () => {
        buttons[current]?.setAttribute("tabindex", "-1");
        current = buttons.indexOf(button);
        button.setAttribute("tabindex", "0");
      });
      return button;
    });
    current = Math.min(current, buttons.length - 1);
    buttons[current]?.setAttribute("tabindex", "0");
    placeOver(buttons, drawing);
    if (focused >= 0) buttons[current]?.focus();
  };

  layer.addEventListener("keydown", keys);
  drawing.addEventListener("pointermove", hover);
  drawing.addEventListener("pointerleave", hover);
  drawing.addEventListener("click", (event) => {
    event.preventDefault();
    const button = thingAt(buttons, event);
    if (button) use(button, [event.clientX, event.clientY]);
  });
  place.addEventListener("contextmenu", (event) => {
    // By the keyboard it comes from the button that has the focus.
    const pressed = event.target.closest(".raftlab-things button");
    const button = pressed ?? thingAt(buttons, event);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    current = buttons.indexOf(button);
    menu(button, pressed ? middle(button) : [event.clientX, event.clientY]);
  });
  return { show, place: () => placeOver(buttons, drawing) };
}
