// What a reader does with a page: by keyboard, without scripts, on paper.

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { close, names, open } from "./browser.js";
import { faultsOfLayout } from "./layout.js";

after(close);

const shown = (page, selector) => page.locator(`${selector}:visible`).count();
const language = (page) => page.evaluate(() => document.documentElement.lang);

describe("reading", { concurrency: 2 }, () => {
  for (const [locale, expected] of [["ko-KR", "ko"], ["en-GB", "en"], ["fr-FR", "en"]]) {
    test(`a browser that speaks ${locale} is shown ${expected}`, async () => {
      const { page, done } = await open("one-question", { locale });
      assert.equal(await language(page), expected);
      const other = expected === "ko" ? "en" : "ko";
      assert.ok(await shown(page, `.t[lang="${expected}"]`) > 50);
      assert.equal(await shown(page, `.t[lang="${other}"]`), 0);
      await done();
    });
  }

  test("the language is switched by keyboard, and folds, choices and place stay", async () => {
    const { page, done } = await open("twelve-cells", { locale: "ko-KR" });
    await page.locator("#controls input[data-side=precisions]").first().focus();
    await page.keyboard.press("Space");
    const fold = page.locator(".question details").first();
    await fold.locator("summary").focus();
    await page.keyboard.press("Enter");
    const cards = await shown(page, ".answer");
    const heading = page.locator("#q4 h3");
    await heading.evaluate((element) => element.scrollIntoView());
    await page.waitForTimeout(200);
    await page.locator("#in-ko").focus();
    await page.waitForTimeout(200);
    const before = (await heading.boundingBox()).y;
    await page.keyboard.press("ArrowRight");
    assert.equal(await language(page), "en");
    assert.equal(await page.title(), "hanbench report");
    assert.equal(await page.locator("#find").getAttribute("placeholder"), "in questions and answers");
    assert.ok(await fold.evaluate((element) => element.open));
    assert.equal(await shown(page, ".answer"), cards);
    await page.waitForTimeout(200);
    const moved = Math.abs((await heading.boundingBox()).y - before);
    assert.ok(moved < 40, `the reader was moved by ${moved} px`);
    await page.reload();
    assert.equal(await language(page), "en");
    await done();
  });

  test("answers are chosen by keyboard: variants at one precision, precisions of one variant, all", async () => {
    const { page, done } = await open("twelve-cells", { locale: "en-GB" });
    const cells = () => page.locator("#q1 .answer:visible h4 > bdi").allTextContents();
    assert.deepEqual(await cells(), ["general/F32", "instruct/F32", "text/F32"]);
    assert.equal(await shown(page, "#q1 .fork"), 0);
    const sides = page.locator("#controls input[name=side]");
    await sides.first().focus();
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await cells(), ["general/F16", "instruct/F16", "text/F16"]);
    for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowRight");
    assert.deepEqual(await cells(), ["F32", "F16", "Q8_0", "Q4_K_M"].map((precision) => `general/${precision}`));
    const said = await page.locator("#q1 .fork:visible").first().evaluate((fork) => getComputedStyle(fork, "::before").content);
    assert.match(said, /differs from token/);
    await sides.last().focus();
    await page.keyboard.press("Space");
    assert.equal((await cells()).length, 12);
    await done();
  });

  test("questions are found by keyboard", async () => {
    const { page, done } = await open("many-answers", { locale: "en-GB" });
    const found = () => page.locator(".n-found:visible").textContent();
    const visible = () => page.locator("article.question:not([hidden])").count();
    assert.equal(await found(), "200");
    await page.locator("#find").focus();
    await page.keyboard.type("고양이가  털을 핥는");
    await page.waitForTimeout(400);
    assert.equal(await visible(), Number(await found()));
    assert.ok(await visible() >= 1 && await visible() < 5);
    for (let i = 0; i < 20; i += 1) await page.keyboard.press("Backspace");
    await page.keyboard.type("no such words");
    await page.waitForTimeout(400);
    assert.equal(await found(), "0");
    await page.locator("#find").fill("");
    await page.waitForTimeout(400);
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    const inCategory = await visible();
    assert.ok(inCategory > 0 && inCategory < 200);
    assert.equal(await found(), String(inCategory));
    await page.keyboard.press("ArrowUp");
    await page.locator("#differing").focus();
    await page.keyboard.press("Space");
    assert.equal(await visible(), 0, "at F32 nothing differs from F32");
    await page.locator("#controls input[data-side=precisions]").first().focus();
    await page.keyboard.press("Space");
    assert.ok(await visible() > 100);
    await done();
  });

  test("every stop of the Tab key can be seen", async () => {
    const { page, done } = await open("one-question", { locale: "en-GB" });
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => location.hash), "#summary");
    await page.reload();
    for (let stop = 0; stop < 60; stop += 1) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const focused = document.activeElement;
        if (focused === document.body) return "end";
        const marks = [focused, focused.nextElementSibling].filter(Boolean);
        const outlined = (element) => getComputedStyle(element).outlineStyle !== "none" && getComputedStyle(element).opacity !== "0";
        return marks.some(outlined) ? "" : focused.outerHTML.slice(0, 120);
      });
      if (seen === "end") break;
      assert.equal(seen, "");
    }
    await done();
  });

  test("a page is read without scripts", async () => {
    const { page, complaints, done } = await open("twelve-cells", { javaScriptEnabled: false });
    assert.equal(await shown(page, "#controls"), 0);
    assert.equal(await page.locator(".answer").count(), await page.locator(".answer:not([hidden])").count());
    assert.equal(await shown(page, ".t[lang=en]"), 0);
    await page.locator("#in-ko").focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await shown(page, ".t[lang=ko]"), 0);
    assert.ok(await shown(page, ".t[lang=en]") > 50);
    await page.locator("#q1 summary").first().click();
    assert.ok(await page.locator("#q1 details").first().evaluate((fold) => fold.open));
    assert.deepEqual(complaints, []);
    await done();
  });

  test("two hundred questions of twelve cells are all there in less than 10 MB", async () => {
    const { page, done } = await open("many-answers");
    const bytes = await page.evaluate(() => new Blob([document.documentElement.outerHTML]).size);
    assert.ok(bytes < 10_000_000, `${bytes} bytes`);
    assert.equal(await page.locator(".answer").count(), 2400);
    // This took minutes where the conditions stood in the sheet of all rules (media.css).
    await page.setViewportSize({ width: 500, height: 900 });
    await page.emulateMedia({ colorScheme: "dark" });
    assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth));
    await done();
  });

  for (const width of [360, 768, 1440]) {
    test(`two hundred questions are no wider than a window of ${width} px`, async () => {
      const { page, done } = await open("many-answers", { viewport: { width, height: 900 } });
      assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth));
      await done();
    });
  }

  for (const name of names.filter((name) => name !== "many-answers")) {
    test(`${name} on paper`, async () => {
      const { page, complaints, done } = await open(name, { locale: names.indexOf(name) % 2 ? "ko-KR" : "en-GB" });
      // The width of A4 between margins of 14 mm.
      await page.setViewportSize({ width: Math.floor((210 - 28) / 25.4 * 96), height: 1000 });
      await page.emulateMedia({ media: "print", colorScheme: "light" });
      assert.equal(await shown(page, "header"), 0);
      assert.equal(await shown(page, "#controls"), 0);
      const folded = await page.evaluate(() => [...document.querySelectorAll("details")].filter((fold) => fold.getClientRects().length && fold.scrollHeight <= fold.querySelector("summary").offsetHeight + 2).length);
      assert.equal(folded, 0, "folds are closed");
      const cut = await page.evaluate(() => [...document.querySelectorAll("table, svg, .text")]
        .filter((part) => part.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
        .map((part) => `${part.tagName} ${part.textContent.trim().slice(0, 40)}`));
      assert.deepEqual(cut, []);
      const broken = await page.evaluate(() => [...document.querySelectorAll("td.n")]
        .flatMap((cell) => [...cell.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        .filter((text) => { const range = document.createRange(); range.selectNodeContents(text); return range.getClientRects().length > 1; })
        .map((text) => text.data));
      assert.deepEqual(broken, [], "numbers broken over lines");
      assert.deepEqual(await page.evaluate(faultsOfLayout), []);
      const paper = await page.pdf({ preferCSSPageSize: true, format: "A4" });
      assert.equal(paper.subarray(0, 5).toString(), "%PDF-");
      assert.deepEqual(complaints, []);
      await done();
    });
  }
});
