// Sets the stored theme before the first paint, so that the other one never flashes; therefore not a module.
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
