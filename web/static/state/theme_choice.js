// Light and dark: the system's choice until the reader makes one of their own.

const KEY = "wireglass.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function themeIsDark() {
  return (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
}

/** Turns to the other theme; a choice that is the system's own is not kept, so that the system is followed again. */
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
