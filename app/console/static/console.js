// What the console adds for people with JavaScript. Without it every page and every form still works.
"use strict";

const MARKED_FOR_MS = 20000;
const ANNOUNCED_AT_MOST = 5;

const live = () => document.getElementById("live");
const state = () => document.getElementById("board-state");

// --- The board asks again and again; an answer of 304 changes nothing on the page.

let seen = null;

function rowsByNumber() {
  const rows = document.querySelectorAll("#live tr[data-number]");
  return new Map([...rows].map((row) => [row.dataset.number, row]));
}

function marksOf(rows) {
  return new Map([...rows].map(([number, row]) => [number, row.dataset.mark]));
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt !== live()) return;
  // The page tells the state it shows itself: the browser's own cache would turn a 304 into a 200.
  event.detail.headers["If-None-Match"] = state().dataset.etag;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt === live() && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === live()) seen = marksOf(rowsByNumber());
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== live() || seen === null) return;
  const rows = rowsByNumber();
  const changed = [...rows].filter(([number, row]) => seen.get(number) !== row.dataset.mark);
  changed.forEach(([number, row]) => mark(row, seen.has(number) ? "有变化" : "新"));
  // On a full page each new order pushes an old one to the next page; only a page that grew shorter lost something.
  announce(changed.map(([, row]) => row), Math.max(0, seen.size - rows.size));
  tick();
});

function mark(row, word) {
  const tag = document.createElement("span");
  tag.className = "mark-changed";
  tag.textContent = word;
  row.querySelector(".sub").append(tag);
  row.classList.add("changed");
  setTimeout(() => {
    row.classList.remove("changed");
    tag.remove();
  }, MARKED_FOR_MS);
}

function announce(rows, gone) {
  const sentences = rows.slice(0, ANNOUNCED_AT_MOST).map((row) => row.dataset.says);
  if (rows.length > ANNOUNCED_AT_MOST) sentences.push(`共${rows.length}件工单有变化`);
  if (gone) sentences.push(`${gone}件工单已不在此列表`);
  if (sentences.length) document.getElementById("announcer").textContent = `${sentences.join("；")}。`;
}

// --- Whether what is shown is fresh.

function fresh(sentence, lost) {
  const place = document.getElementById("fresh");
  if (!place || (place.textContent === sentence && lost)) return;
  place.textContent = sentence;
  place.classList.toggle("lost", lost);
}

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== live() || !event.detail.xhr) return;
  const { status } = event.detail.xhr;
  if (status === 200 || status === 304) {
    fresh(`自动更新中 · ${new Date().toLocaleTimeString("zh-CN", { hour12: false })}`, false);
  } else if (status !== 401) {
    fresh("连接中断，正在重试，显示的可能不是最新情况", true);
  }
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && live() && window.htmx) window.htmx.trigger(live(), "refresh");
});

// --- Relative times go on while the page stays open. The words are those of app/console/words.py.

function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.floor((seconds % 86400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (days) return hours ? `${days}天${hours}小时` : `${days}天`;
  if (hours) return minutes ? `${hours}小时${minutes}分` : `${hours}小时`;
  return `${minutes}分钟`;
}

// The clock of the person's computer may be wrong; the page brings the server's time with it.
const ahead = Date.now() - Date.parse(document.documentElement.dataset.now);

function tick() {
  for (const due of document.querySelectorAll("[data-due]")) {
    const seconds = Math.floor((Date.parse(due.dataset.due) - (Date.now() - ahead)) / 1000);
    const late = seconds < 0;
    due.querySelector(".relative").textContent = late ? `已超期${span(-seconds)}` : `还剩${span(seconds)}`;
    due.classList.toggle("is-late", late);
    due.classList.toggle("is-soon", !late && seconds < 86400);
  }
}

// --- Forms are sent once, and photos open in the page.

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  // Only after the browser has gathered the form, since a disabled button is not sent with it.
  setTimeout(() => event.target.querySelectorAll("button[type=submit]").forEach((one) => (one.disabled = true)), 0);
});

window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[type=submit][disabled]").forEach((one) => (one.disabled = false));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".photos a");
  const viewer = document.getElementById("viewer");
  if (!link || !viewer || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const picture = viewer.querySelector("img");
  picture.src = link.href;
  picture.alt = link.querySelector("img").alt;
  viewer.showModal();
});

tick();
setInterval(tick, 15000);
const wrong = document.querySelector("[aria-invalid=true], .flash-danger");
if (wrong) wrong.focus();
