// What was said is where the reader goes on; and a request that came to nothing is said aloud, or a button would seem dead.
"use strict";

function say(sentence) {
  const place = document.getElementById("trouble");
  place.textContent = sentence;
  place.hidden = false;
  place.focus();
}

document.addEventListener("htmx:sendError", () => {
  say("Nothing was done: the review page has ended. Start it again with: fivetimes review --web");
});
document.addEventListener("htmx:responseError", (event) => {
  say(event.detail.xhr.responseText || "Nothing was done: the request was refused.");
});

function toWhatWasSaid() {
  const said = document.querySelector("[data-said]");
  if (said) said.focus();
}

document.addEventListener("DOMContentLoaded", toWhatWasSaid);
document.addEventListener("htmx:afterSettle", toWhatWasSaid);
