// Small comforts. Everything works without this file; it only shows what needs it (elements marked hidden) and never decides anything.
(() => {
  "use strict";
  const all = (root, selector) => root.querySelectorAll(selector);

  // Show or hide a password. It is hidden again before the form is sent, so that browsers do not remember it as ordinary text.
  const reveal = (button) => {
    const input = document.getElementById(button.dataset.reveal);
    const label = button.querySelector("[data-text]");
    const show = label.textContent;
    const set = (visible) => {
      input.type = visible ? "text" : "password";
      label.textContent = visible ? button.dataset.hide : show;
    };
    button.hidden = false;
    button.addEventListener("click", () => { set(input.type === "password"); input.focus(); });
    if (input.form) input.form.addEventListener("submit", () => set(false));
  };

  const copy = (button) => {
    const input = document.getElementById(button.dataset.copy);
    const status = document.querySelector("[data-copied]");
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(input.value);
      const label = button.textContent;
      button.textContent = status.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; status.textContent = ""; }, 3000);
    });
  };

  // A list of values: the server sends two blank rows; they are folded away behind a button that makes as many as needed.
  const rows = (box) => {
    const add = box.querySelector("[data-add]");
    const inputs = () => [...all(box, ".row")];
    const wire = (row) => {
      const remove = row.querySelector("[data-remove]");
      remove.hidden = false;
      remove.addEventListener("click", () => {
        if (inputs().length > 1) row.remove();
        else row.querySelector("input").value = "";
        (inputs().pop().querySelector("input")).focus();
      });
    };
    const blank = inputs().filter((row) => !row.querySelector("input").value);
    const keep = blank.length === inputs().length ? 1 : 0;
    const pattern = blank[0].cloneNode(true);
    blank.slice(keep).forEach((row) => row.remove());
    inputs().forEach(wire);
    let next = inputs().length + 1;
    add.hidden = false;
    add.addEventListener("click", () => {
      const row = pattern.cloneNode(true);
      const input = row.querySelector("input");
      const base = input.id.replace(/-\d+$/, "");
      input.id = row.querySelector("label").htmlFor = `${base}-${next}`;
      const renumber = (text) => text.replace(/\d[\d\s.,]*$/, String(next));
      row.querySelector("label").textContent = renumber(row.querySelector("label").textContent);
      const remove = row.querySelector("[data-remove]");
      remove.setAttribute("aria-label", renumber(remove.getAttribute("aria-label")));
      next++;
      box.insertBefore(row, add);
      wire(row);
      input.focus();
    });
  };

  const photo = (input) => {
    const preview = input.closest(".photo").querySelector("[data-preview]");
    const before = preview.innerHTML;
    let shown = "";
    input.addEventListener("change", () => {
      const file = input.files[0];
      // Not as soon as the picture is loaded: a browser may throw its pixels away and fetch it again.
      URL.revokeObjectURL(shown);
      if (!file || !file.type.startsWith("image/")) { preview.innerHTML = before; return; }
      const image = new Image();
      image.alt = "";
      image.src = shown = URL.createObjectURL(file);
      preview.replaceChildren(image);
    });
  };

  const start = (root) => {
    all(root, "[data-reveal]").forEach(reveal);
    all(root, "[data-copy]").forEach(copy);
    all(root, "[data-rows]").forEach(rows);
    all(root, "[data-photo]").forEach(photo);
    all(root, "[data-select]").forEach((input) => input.addEventListener("focus", () => input.select()));
    all(root, "input[type=color]").forEach((input) => input.addEventListener("input", () => {
      const none = document.getElementById(`${input.id}-none`);
      if (none) none.checked = false;
    }));
    const problem = root.querySelector("[data-focus]");
    if (problem) problem.focus();
    return problem;
  };

  // The script is deferred: the document is there.
  start(document);
  // An answer on its way to an application goes on at once.
  all(document, "form[data-go]").forEach((form) => form.submit());
  // After htmx swapped a page in, whoever cannot see must hear of it: the focus goes to the problem, to the notice of what was
  // done, or to the start of the content.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== document.body || start(document.body)) return;
    const news = document.querySelector(".notice[role]") || document.getElementById("main");
    if (!news) return;
    news.tabIndex = -1;
    news.focus();
  });
  // Without a network htmx would say nothing: let the browser send the form, and say what it says.
  document.addEventListener("htmx:sendError", (event) => {
    if (event.detail.elt instanceof HTMLFormElement) event.detail.elt.submit();
  });
})();
