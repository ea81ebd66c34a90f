"use strict";
// Everything works without this script; with it, work shows as it goes on, files can be dropped,
// and the page says when somebody else has changed what it shows.
(() => {
  const say = (text, link) => {
    const notice = document.getElementById("notice");
    if (!notice || notice.dataset.text === text) return;
    notice.dataset.text = text;
    notice.textContent = text;
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = location.href;
      anchor.textContent = link;
      notice.append(" ", anchor);
    }
    notice.hidden = !text;
  };

  // ---- is it still there, and as it was? ----
  const { commit } = document.body.dataset;
  let lost = 0;
  const pulse = async () => {
    try {
      const answer = await fetch("/pulse", { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const now = await answer.json();
      lost = 0;
      if (now.commit !== commit) say("版本库已被另一个窗口或命令行更新，本页显示的是之前的内容。", "重新载入本页");
      else say("");
    } catch {
      lost += 1;
      if (lost > 1) say("工作台没有回应：可能已经关闭。请重新启动；本页填写的内容还在，可先复制下来。");
    }
  };
  if (commit !== undefined) {
    setInterval(() => { if (!document.hidden) pulse(); }, 5000);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) pulse(); });
  }

  // ---- nothing typed is lost ----
  let typed = false;
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.method === "post") typed = true;
  });
  document.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

  // ---- files by dropping them, also whole folders ----
  const entries = async (entry) => {
    if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return found;
      for (const one of some) found.push(...(await entries(one)));
    }
  };
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input[type=file]:not([webkitdirectory])");
    const chosen = zone.querySelector(".chosen");
    const show = () => {
      const count = [...zone.querySelectorAll("input[type=file]")].reduce((sum, one) => sum + one.files.length, 0);
      chosen.textContent = count ? (count === 1 && input.files.length ? `已选 ${input.files[0].name}` : `已选 ${count} 个文件`) : "";
    };
    zone.addEventListener("change", show);
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const given = new DataTransfer();
      const items = [...event.dataTransfer.items].map((one) => one.webkitGetAsEntry?.()).filter(Boolean);
      const files = items.length ? (await Promise.all(items.map(entries))).flat() : [...event.dataTransfer.files];
      for (const file of input.multiple ? files : files.slice(0, 1)) given.items.add(file);
      input.files = given.files;
      typed = true;
      show();
    });
  }

  // ---- work that goes on ----
  const work = document.getElementById("job");
  if (work?.dataset.events) {
    const bar = document.getElementById("progress");
    const status = document.getElementById("status");
    const lines = document.getElementById("lines");
    const source = new EventSource(work.dataset.events);
    source.addEventListener("line", (event) => {
      lines?.insertAdjacentHTML("beforeend", JSON.parse(event.data));
      work.classList.add("begun");
    });
    source.addEventListener("step", (event) => {
      const { done, total } = JSON.parse(event.data);
      if (total) { bar.max = total; bar.value = done; }
      document.getElementById("step").textContent = total ? `${done} / ${total}` : "";
    });
    source.addEventListener("end", () => { source.close(); location.replace(work.dataset.end); });
    source.addEventListener("error", () => { status.textContent = "与工作台的连接断了，正在重新连接……"; });
    source.addEventListener("open", () => { status.textContent = "正在进行"; });
  }

  // ---- what is chosen in one list says what another one offers ----
  for (const list of document.querySelectorAll("select[data-below]")) {
    const above = list.form.elements[list.dataset.below];
    if (!above) continue;
    const groups = [...list.querySelectorAll("optgroup")];
    const options = new Map(groups.map((group) => [group, [...group.children]]));
    const narrow = () => {
      const own = groups.filter((group) => group.label === above.value.trim());
      const chosen = list.selectedOptions[0];
      for (const group of groups) {
        // What was chosen stays to be seen, also where it does not belong there any more.
        const fit = own.includes(group) || !own.length ? options.get(group) : options.get(group).filter((one) => one === chosen);
        group.replaceChildren(...fit);
        group.hidden = !fit.length;
      }
      const isForeign = own.length > 0 && groups.some((group) => !own.includes(group) && group.children.length);
      list.toggleAttribute("data-foreign", isForeign);
      list.title = isForeign ? `不属于“${above.value.trim()}”，请重选` : "";
    };
    above.addEventListener("change", narrow);
    list.addEventListener("change", narrow);
    // A browser that goes back puts in what was chosen before once the page has been loaded.
    addEventListener("pageshow", narrow);
  }
  for (const field of document.querySelectorAll("input[data-below]")) {
    const above = field.form.elements[field.dataset.below];
    const offered = field.list;
    if (!above || !offered) continue;
    // All rows share one list, so that it is put together for the row that is about to be typed in.
    offered.every ??= [...offered.children];
    field.addEventListener("focus", () => {
      const own = offered.every.filter((one) => one.textContent === above.value.trim());
      offered.replaceChildren(...(own.length ? own : offered.every));
    });
  }

  // ---- what takes its time to be counted ----
  for (const part of document.querySelectorAll("[data-load]")) {
    fetch(part.dataset.load)
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((text) => { part.innerHTML = text; })
      .catch(() => { part.textContent = "没有统计出来，请点轮次名称进入查看。"; });
  }

  // ---- small comforts ----
  for (const box of document.querySelectorAll("[data-all]")) {
    box.closest("label").hidden = false;
    box.addEventListener("change", () => {
      for (const one of document.querySelectorAll(`input[name="${box.dataset.all}"]`)) one.checked = box.checked;
    });
  }
  for (const one of document.querySelectorAll("[data-submit]")) {
    one.addEventListener("change", () => one.form.requestSubmit());
  }
  for (const one of document.querySelectorAll("[data-print]")) {
    one.hidden = false;
    one.addEventListener("click", () => print());
  }
  const wrong = document.querySelector("[data-focus]");
  if (wrong) {
    if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
    wrong.focus();
  }
})();
