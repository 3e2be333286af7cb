// A button that stands outside its form (form="…") sends its name and value, as it does without htmx.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters, triggeringEvent } = event.detail, button = triggeringEvent?.submitter;
  if (button?.name && button.form === elt && !elt.contains(button)) parameters[button.name] = button.value;
});
