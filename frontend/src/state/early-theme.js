// Before the first paint; see vite.config.ts. The same key as theme.svelte.ts.
try {
  const theme = localStorage.getItem('alentours.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // storage is refused: the system's theme holds
}
