// Makes likes and votes instant. Without it the same forms load the page anew.
"use strict";

const said = document.getElementById("said");
const pick = (button, on, value) => {
  button.setAttribute("aria-pressed", String(on));
  button.value = value;
};

const show = {
  vote(form, now) {
    const [up, down] = form.querySelectorAll("button.vote");
    pick(up, now.vote === "up", now.vote === "up" ? "none" : "up");
    pick(down, now.vote === "down", now.vote === "down" ? "none" : "down");
    form.querySelector("output").value = now.score ?? "?";
    return `Score ${now.score ?? "unknown"}`;
  },
  like(form, now) {
    const button = form.querySelector("button.like");
    pick(button, now.liked, now.liked ? "unlike" : "like");
    button.textContent = `Like(${now.likes})`;
    return now.liked ? `You like this. ${now.likes} in all` : `Like taken back. ${now.likes} in all`;
  },
};

const around = (form) => {
  const place = form.closest("article, li");
  return place.querySelector(":scope > .post-main") ?? place;
};

const refuse = (form, text) => {
  const box = document.createElement("p");
  box.className = "refusal";
  box.setAttribute("role", "alert");
  box.textContent = text;
  const place = around(form);
  place.querySelector(":scope > .refusal")?.remove();
  place.prepend(box);
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  const kind = form.dataset.instant;
  if (!kind || !button) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const body = new URLSearchParams(new FormData(form));
  body.set(button.name, button.value);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
    });
    // A page means: sign in first, or too quick. The browser shows it.
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      form.removeAttribute("data-instant");
      form.requestSubmit(button);
      return;
    }
    const now = await answer.json();
    if (now.refused) return refuse(form, now.refused);
    form.elements.op.value = now.op;
    around(form).querySelector(":scope > .refusal")?.remove();
    said.textContent = show[kind](form, now);
  } catch {
    refuse(form, "The forum cannot be reached. Please try again.");
  } finally {
    delete form.dataset.busy;
  }
});
