"use strict";
// The radio buttons alone switch the language; this follows the browser's choice at the start and
// keeps the document's language and title in step for readers of the page by ear.
const titles = { ko: "hanbench 보고서", en: "hanbench report" };
const show = (language) => {
  document.getElementById("in-" + language).checked = true;
  document.documentElement.lang = language;
  document.title = titles[language];
};
const wanted = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in titles);
show(wanted || "en");
for (const language of Object.keys(titles)) {
  document.getElementById("in-" + language).addEventListener("change", () => show(language));
}
