// The menu of a thing: what can be done with it, and why the rest cannot. It has the keys of a
// menu: arrows, Home, End, Escape.

function menuItem(menu, [label, why], act) {
  const made = element("button", "", menu, { type: "button", role: "menuitem", tabindex: "-1" });
  element("span", "", made).textContent = label;
  if (why) {
    // Not `disabled`: what cannot be done can still be reached, and says why.
    made.setAttribute("aria-disabled", "true");
    element("span", "raftlab-menu-why", made).textContent = why;
  } else {
    made.addEventListener("click", () => act(label));
  }
  return made;
}

function moveFocus(event, items) {
  const here = items.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length).focus();
}

// Beside the point, and whole within the window.
function putBeside(menu, x, y) {
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

function openMenu(parent, thing, [x, y], act, closed) {
  const menu = element("div", "raftlab-menu", parent, {
    role: "menu",
    "aria-label": thing.name,
    popover: "auto",
    "data-lm-suppress-shortcuts": "true",
  });
  element("p", "", menu, { "aria-hidden": "true" }).textContent = thing.name;
  const items = thing.acts.map((one) =>
    menuItem(menu, one, (label) => {
      menu.hidePopover();
      act(label);
    }),
  );
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Tab") menu.hidePopover();
    moveFocus(event, items);
  });
  menu.addEventListener("contextmenu", (event) => event.preventDefault());
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    menu.remove();
    closed();
  });
  menu.showPopover();
  putBeside(menu, x, y);
  (items.find((one) => one.ariaDisabled !== "true") ?? items[0]).focus();
}
