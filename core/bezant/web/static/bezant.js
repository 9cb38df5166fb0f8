// What script adds to pages that work without it: the palette, menus that close, rows that fold, keys, tidy addresses.
(() => {
  const on = (type, selector, handler) => document.addEventListener(type, event => {
    const target = event.target.closest?.(selector);
    if (target) handler(event, target);
  });
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // --- the palette -------------------------------------------------------------------------------------------------
  const palette = document.getElementById("palette");
  const input = palette?.querySelector("input");
  const options = () => all("[role=option]", palette);
  const chosen = () => palette.querySelector("[role=option][aria-selected=true]");

  function open() {
    if (!palette || palette.open) return;
    palette.showModal();
    input.select();
    htmx.trigger(input, "palette");
  }
  function choose(option) {
    options().forEach((o, i) => { o.id = "hit-" + i; o.setAttribute("aria-selected", String(o === option)); });
    if (option) { input.setAttribute("aria-activedescendant", option.id); option.scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  }
  function move(step) {
    const list = options();
    if (list.length) choose(list[(list.indexOf(chosen()) + step + list.length) % list.length]);
  }
  function follow(event) {
    const option = chosen();
    if (!option) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(option.href, "_blank", "noopener"); else location.assign(option.href);
  }
  on("click", "[data-palette]", event => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); open(); } });
  palette?.addEventListener("click", event => { if (event.target === palette) palette.close(); });
  palette?.addEventListener("htmx:afterSwap", () => choose(options()[0]));
  palette?.addEventListener("keydown", event => {
    if (event.key === "ArrowDown") { event.preventDefault(); move(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); move(-1); }
    if (event.key === "Enter") follow(event);
  });

  // --- keys --------------------------------------------------------------------------------------------------------
  const typing = element => element.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); open(); }
    if (event.key === "/" && !typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); open(); }
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") event.target.closest?.("[data-form]")?.requestSubmit();
    if (event.key === "Escape") all("details.pop[open]").forEach(d => { d.open = false; d.querySelector("summary").focus(); });
  });

  // --- menus, rows, navigation -------------------------------------------------------------------------------------
  document.addEventListener("click", event => all("details.pop[open]").forEach(d => { if (!d.contains(event.target)) d.open = false; }));
  on("click", "[data-why]", (_event, button) => {
    const row = button.closest("tr").nextElementSibling;
    const opened = row.classList.toggle("fold") === false;
    button.setAttribute("aria-expanded", String(opened));
  });
  on("click", "[data-menu]", (event, button) => {
    event.preventDefault();
    const opened = document.getElementById("side").classList.toggle("shown");
    button.setAttribute("aria-expanded", String(opened));
  });

  // --- forms -------------------------------------------------------------------------------------------------------
  on("submit", "[data-confirm]", (event, form) => { if (!confirm(form.dataset.confirm)) event.preventDefault(); });
  on("submit", "[data-tidy]", (_event, form) => all("input, select", form).forEach(field => { field.disabled = field.disabled || field.value === ""; }));
  on("submit", "[data-form]", (event, form) => {
    if (form.dataset.sent) event.preventDefault(); else form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => all("[data-form]").forEach(form => delete form.dataset.sent));
  addEventListener("pageshow", event => { if (event.persisted) all("[data-tidy] :disabled").forEach(field => { field.disabled = false; }); });

  // --- light and dark ----------------------------------------------------------------------------------------------
  const root = document.documentElement;
  function offerTheOther() {
    const isDark = root.dataset.bsTheme === "dark";
    all("[data-appearance]").forEach(form => {
      form.elements.appearance.value = isDark ? "light" : "dark";
      const use = form.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, isDark ? "#sun" : "#moon"));
      form.querySelector("button").setAttribute("aria-label", (isDark ? "Light" : "Dark") + " appearance");
    });
  }
  new MutationObserver(offerTheOther).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });
  offerTheOther();
  on("submit", "[data-appearance]", (event, form) => {
    event.preventDefault();
    const wanted = form.elements.appearance.value;
    fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" }).then(() => {
      delete root.dataset.system;
      root.dataset.bsTheme = wanted;
    });
  });

  on("focusin", "[data-select]", (_event, field) => field.select());
  document.getElementById("summary")?.focus();
})();
