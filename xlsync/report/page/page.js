"use strict";
// The address says what is shown: #unit=2&kind=…; without this script the page is the full list.
(() => {
  const filter = document.getElementById("filter");
  if (!filter) return;
  const shown = document.getElementById("shown");
  const choices = ["unit", "kind"].map((name) => document.getElementById(name));

  const show = (element, isShown) => {
    element.hidden = !isShown;
    return isShown;
  };

  const showWithin = (element, parts, isShown) => {
    let count = 0;
    for (const part of element.querySelectorAll(parts)) count += show(part, isShown(part)) ? 1 : 0;
    show(element, count > 0);
    return count;
  };

  const apply = () => {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const choice of choices) {
      choice.value = wanted.get(choice.id) ?? "";
      if (choice.selectedIndex < 0) choice.value = "";
    }
    const [unit, kind] = choices.map((choice) => choice.value);
    const isUnit = (element) => !unit || element.dataset.unit === unit;
    const isKind = (element) => !kind || element.dataset.kind === kind;
    for (const row of document.querySelectorAll(".sums tbody tr")) show(row, isUnit(row));
    let projects = 0;
    for (const section of document.querySelectorAll(".unit")) {
      projects += showWithin(section, "article", (article) => {
        if (!isUnit(section)) return false;
        const parts = [...article.querySelectorAll(".amounts, .changes")];
        return parts.filter((part) => showWithin(part, "[data-kind]", isKind)).length > 0;
      });
    }
    const names = choices
      .filter((choice) => choice.value)
      .map((choice) => choice.selectedOptions[0].text.replace(/（\d+）$/, ""));
    shown.textContent = names.length ? `只显示：${names.join("，")}，共 ${projects} 个项目。` : "";
  };

  const choose = () => {
    const chosen = choices.filter((choice) => choice.value).map((choice) => [choice.id, choice.value]);
    location.hash = new URLSearchParams(chosen).toString();
  };

  filter.hidden = false;
  for (const choice of choices) choice.addEventListener("change", choose);
  addEventListener("hashchange", apply);
  for (const link of document.querySelectorAll(".counts a")) {
    link.addEventListener("click", () => document.getElementById("projects").scrollIntoView());
  }
  apply();
})();
