// SPDX-License-Identifier: Apache-2.0
// Light or dark: as the system says, until the reader chooses. Loaded before the page is drawn.
"use strict";
(() => {
  const key = "sluice-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const stored = (() => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // pages that are files may have no storage
    }
  })();
  let chosen = stored === "light" || stored === "dark" ? stored : null;

  const isDark = () => (chosen ? chosen === "dark" : system.matches);
  function apply() {
    if (chosen) document.documentElement.dataset.theme = chosen;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.textContent = isDark() ? "Light" : "Dark";
      button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    }
    document.dispatchEvent(new CustomEvent("sluice-theme"));
  }
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.addEventListener("click", () => {
        chosen = isDark() ? "light" : "dark";
        try {
          localStorage.setItem(key, chosen);
        } catch {
          // The choice holds for this page only.
        }
        apply();
      });
    }
  });
})();
