// Before the first paint: what folds with script is folded already, and who has not chosen sees the appearance that the system prefers.
document.documentElement.classList.add("js");
(() => {
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { if ("system" in root.dataset) root.dataset.bsTheme = dark.matches ? "dark" : "light"; };
  dark.addEventListener("change", follow);
  follow();
})();
