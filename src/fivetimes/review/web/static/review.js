// The notice of what was done gets the focus; a request that failed is announced, or a button would seem dead.
"use strict";

function announce(message) {
  const box = document.getElementById("trouble");
  box.textContent = message;
  box.hidden = false;
  box.focus();
}

document.addEventListener("htmx:sendError", () => {
  announce("Nothing was done: the review page has ended. Start it again with: fivetimes review --web");
});
document.addEventListener("htmx:responseError", (event) => {
  announce(event.detail.xhr.responseText || "Nothing was done: the request was refused.");
});

function focusNotice() {
  const notice = document.querySelector("[data-notice]");
  if (notice) notice.focus();
}

document.addEventListener("DOMContentLoaded", focusNotice);
document.addEventListener("htmx:afterSettle", focusNotice);
