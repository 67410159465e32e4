// Optional: every document is complete without this file, which is the same for all of them.
// It is loaded with "async", since the document of the chat never ends: nothing here waits for an end.
"use strict";
const KEPT = 500; // messages in the document of the chat

// The form: send it without leaving the document, so that what is typed meanwhile stays.
const swap = (page, more) => {
  const form = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  document.querySelector("main").replaceWith(form);
  const box = document.getElementById("msg");
  if (box && more) box.value += (box.value ? " " : "") + more;
  (document.getElementById("cap") || box)?.focus();
};
document.addEventListener("submit", async (event) => {
  const form = event.target, box = form.elements.text;
  if (!box || event.submitter?.name) return; // another form, or another button of this one
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const sent = box.value, body = new URLSearchParams(new FormData(form));
  box.value = "";
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/plain" } });
    if (answer.ok) form.elements.nonce.value = await answer.text();
    else if (answer.status !== 409) throw answer;
    if (!answer.ok || form.elements.answer || document.getElementById("err"))
      swap(await (await fetch(location.href)).text(), box.value);
  } catch {
    box.value = sent + (box.value ? " " + box.value : ""); // nothing is lost; press again
  }
  delete form.dataset.busy;
});

// The chat: throw old messages away, and count the new ones in the title while nobody looks.
let unread = 0, title = "";
const count = () => {
  try {
    if (!top.document.hidden) unread = 0;
    title = unread || !title ? title || top.document.title : title;
    top.document.title = unread ? `(${unread}) ${title}` : title;
  } catch { /* framed by somebody else: not ours to touch */ }
};
