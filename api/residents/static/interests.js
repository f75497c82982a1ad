// Keeps a resident's interests in this browser, and only here: they travel with a request and are not stored elsewhere.
"use strict";

const KEY = "xuejing.interests";
const HOME_CARDS = 4;
const form = document.querySelector('form[data-for-you="page"]');
const invitation = document.querySelector('[data-for-you="home"]');

if (form) startPage();
else if (invitation) startHome();

function kept() {
  try {
    const { interests = [], kind = "" } = JSON.parse(localStorage.getItem(KEY)) ?? {};
    return { interests: interests.filter((text) => typeof text === "string"), kind };
  } catch {
    return { interests: [], kind: "" };
  }
}

function keep(wish) {
  try {
    localStorage.setItem(KEY, JSON.stringify(wish));
  } catch {
    // storage is switched off: the interests end with this page
  }
}

function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // nothing was kept
  }
}

async function ask(fields) {
  const answer = await fetch("/for-you", { method: "POST", body: fields });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function fieldsOf({ interests, kind }) {
  return new URLSearchParams([...interests.map((text) => ["interest", text]), ["kind", kind]]);
}

function startPage() {
  const wish = kept();
  if (wish.interests.length && !form.querySelector('[name="interest"]:checked')) refresh(fieldsOf(wish), { quiet: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    refresh(new URLSearchParams(new FormData(form, event.submitter)), { quiet: false });
  });
  form.querySelector("[data-clear]").addEventListener("click", forget);
}

async function refresh(fields, { quiet }) {
  const shown = document.getElementById("recommended");
  shown.setAttribute("aria-busy", "true");
  try {
    const page = await ask(fields);
    form.querySelector(".choices").replaceWith(page.querySelector(".choices"));
    shown.replaceWith(page.getElementById("recommended"));
    const chosen = new FormData(form);
    keep({ interests: chosen.getAll("interest"), kind: chosen.get("kind") ?? "" });
    if (!quiet) show(document.getElementById("recommended-name"));
  } catch {
    shown.removeAttribute("aria-busy");
    if (!quiet) HTMLFormElement.prototype.submit.call(form); // the way without a script
  }
}

function show(heading) {
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true }); // a screen reader goes on reading here
  heading.scrollIntoView();
}

async function startHome() {
  const wish = kept();
  if (!wish.interests.length) return;
  try {
    const page = await ask(fieldsOf(wish));
    const cards = [...page.querySelectorAll("#recommended .card")].slice(0, HOME_CARDS);
    if (!cards.length) return;
    const row = document.createElement("ul");
    row.className = "shelf";
    row.append(...cards);
    row.querySelectorAll(".snippet").forEach((snippet) => snippet.remove());
    invitation.querySelector(".button").textContent = "换一换我的兴趣";
    invitation.querySelector("p").textContent = `您选了：${wish.interests.slice(0, 6).join("、")}`;
    invitation.append(row);
  } catch {
    // the invitation stays as it is
  }
}
