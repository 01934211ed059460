// A request that came to nothing is said aloud; otherwise a button would seem to do nothing.
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
