// Optional: every document does the same without this file. It is loaded with "async" and listens to the whole document,
// since the one of the chat never ends and so is never "ready".
"use strict";

// The policy of this document knows the nonce that its own style came with, and no later one.
const NONCE = document.querySelector("style")?.nonce;

// The form: sent without leaving the document, so that what is typed meanwhile stays.
const renew = async () => {
  const page = await (await fetch(location.href)).text();
  const more = document.getElementById("msg")?.value;
  const main = new DOMParser().parseFromString(page, "text/html").querySelector("main");
  for (const style of main.querySelectorAll("style")) style.nonce = NONCE;
  document.querySelector("main").replaceWith(main);
  const box = document.getElementById("msg");
  if (more && box?.form) box.value += (box.value && " ") + more;
  (document.getElementById("cap") ?? box)?.focus();
  box?.setSelectionRange?.(box.value.length, box.value.length);
};
const send = async (form) => {
  const box = form.elements.text, sent = box.value, body = new URLSearchParams(new FormData(form));
  form.sending = true;
  box.value = "";
  try {
    const answer = await fetch(form.action, {method: "POST", body, headers: {Accept: "text/plain"}});
    if (!answer.ok && answer.status !== 409) throw answer;
    if (answer.ok) form.elements.nonce.value = await answer.text();
    if (!answer.ok || form.elements.answer || document.getElementById("err")) await renew();
  } catch {
    box.value = sent + (box.value && " ") + box.value; // to be sent once more; twice it is not taken
  }
  form.sending = false;
};
document.addEventListener("submit", (event) => {
  if (!event.target.elements.text || event.submitter?.name) return; // not the form, or not its first button
  event.preventDefault();
  if (!event.target.sending) send(event.target);
});

// The chat: old messages go, and new ones are counted in the title while nobody sees them.
const KEPT = 500, begun = performance.now();
let unread = 0;
const count = () => {
  const page = top.document, title = page.documentElement.dataset.title ??= page.title;
  if (!page.hidden) unread = 0;
  page.title = unread ? `(${unread}) ${title}` : title;
};
new MutationObserver((changes) => {
  const come = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.classList?.contains("m"));
  if (!come.length) return;
  const all = document.querySelectorAll("#app > .m");
  for (let place = 0; place < all.length - KEPT; place++) all[place].remove();
  if (performance.now() - begun > 3000) unread += come.length; // those before were there already
  count();
}).observe(document, {childList: true, subtree: true});
top.document.addEventListener("visibilitychange", count);
