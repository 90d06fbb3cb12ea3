"use strict";
// The radio buttons alone switch the language; this follows the browser's choice at the start, keeps
// the reader's place and choice, and the document's language and title in step for who reads by ear.
const titles = { ko: "hanbench 보고서", en: "hanbench report" };
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const show = (language) => {
  document.getElementById("in-" + language).checked = true;
  document.documentElement.lang = language;
  document.title = titles[language];
  for (const option of all("option[data-ko]")) option.textContent = option.dataset[language];
  for (const input of all("input[data-ko]")) input.placeholder = input.dataset[language];
};

// A browser may refuse a file its storage; then the choice lasts as long as the page is open.
const remembered = (language) => {
  try {
    if (language) sessionStorage.setItem("language", language);
    return sessionStorage.getItem("language");
  } catch {
    return null;
  }
};
const wanted = [remembered(), ...navigator.languages.map((tag) => tag.slice(0, 2))].find((tag) => tag in titles);
show(wanted || "en");

// The texts of the two languages differ in length: what stands at the top of the window stays there. By the
// time a button says that it has changed the page has moved, so the place is kept while the reader scrolls.
const blocks = "h2, h3, h4, p, li, tr, summary, figcaption, figure, article, section, main > *";
let place = null;
const keep = () => {
  const top = document.querySelector("header").getBoundingClientRect().bottom;
  const near = document.elementFromPoint(innerWidth / 2, top + 24);
  const block = scrollY > 0 && near && near.closest(blocks);
  place = block && { block, top: block.getBoundingClientRect().top };
};
const goBack = () => place && scrollBy(0, place.block.getBoundingClientRect().top - place.top);
let isMoving = false;
addEventListener("scroll", () => isMoving || keep(), { passive: true });
for (const language of Object.keys(titles)) {
  document.getElementById("in-" + language).addEventListener("change", () => {
    isMoving = true;
    show(language);
    remembered(language);
    goBack();
    // What comes into sight is laid out only now.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      goBack();
      isMoving = false;
    }));
  });
}

// Answers: which stand side by side, and which questions are shown.
const controls = document.getElementById("controls");
if (controls) {
  const section = document.getElementById("answers");
  const questions = all("article.question", section);
  const field = (id) => document.getElementById(id);
  const plain = (text) => text.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
  const texts = new Map();
  const textOf = (question) => {
    if (!texts.has(question)) {
      texts.set(question, plain(all(".asked, .text, .about code", question).map((part) => part.textContent).join(" ")));
    }
    return texts.get(question);
  };

  const choose = () => {
    const side = controls.querySelector("input[name=side]:checked");
    const cells = side && side.value ? new Set(side.value.split(" ")) : null;
    section.classList.toggle("beside-variants", Boolean(side) && side.dataset.side === "variants");
    for (const card of all("[data-c]", section)) card.hidden = Boolean(cells) && !cells.has(card.dataset.c);
    filter();
  };
  const filter = () => {
    const value = (id) => (field(id) ? field(id).value : "");
    const [category, kind, words] = [value("category"), value("kind"), plain(value("find"))];
    const differing = Boolean(field("differing")) && field("differing").checked;
    let found = 0;
    for (const question of questions) {
      const fits = (!category || question.dataset.category === category) &&
        (!kind || question.dataset.kind === kind) &&
        (!differing || all(".answer[data-d]", question).some((card) => !card.hidden)) &&
        (!words || textOf(question).includes(words));
      question.hidden = !fits;
      found += fits;
      const line = section.querySelector('.index a[href="#' + question.id + '"]');
      if (line) line.parentElement.hidden = !fits;
    }
    for (const count of all(".n-found", controls)) count.textContent = found;
  };

  for (const radio of all("input[name=side]", controls)) radio.addEventListener("change", choose);
  for (const id of ["category", "kind", "differing"]) if (field(id)) field(id).addEventListener("change", filter);
  let waiting;
  if (field("find")) {
    field("find").addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 150);
    });
  }
  controls.hidden = false;
  choose();
}
