// Runs before the first paint, so that a chosen theme never flashes the other one; hence not a module.
"use strict";
{
  let chosen = null;
  try {
    chosen = localStorage.getItem("wireglass.theme");
  } catch {
    // Storage may be refused; the system's theme is then followed.
  }
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
}
