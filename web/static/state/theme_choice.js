// Light and dark: the system's setting until the user chooses.

const KEY = "wireglass.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function themeIsDark() {
  return (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
}

/** Switches the theme. A choice equal to the system's setting is not stored, so that the system is followed again. */
export function toggleTheme() {
  const wanted = themeIsDark() ? "light" : "dark";
  const isSystem = (wanted === "dark") === system.matches;
  if (isSystem) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = wanted;
  try {
    if (isSystem) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, wanted);
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}
