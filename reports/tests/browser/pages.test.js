// Every page, at every width, in both themes and both languages: nothing is said on the console, asked of
// the network, cut, or laid over something else; and axe finds nothing to complain of.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, describe, test } from "node:test";
import { close, names, open } from "./browser.js";
import { faultsOfLayout, unfold } from "./layout.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const widths = [360, 768, 1440];
const states = ["light", "dark"].flatMap((colorScheme) => ["ko", "en"].map((language) => ({ colorScheme, language })));
// Pictures of each state for people to look at.
const pictures = process.env.PICTURES;

const choose = (page, language) => page.evaluate((language) => document.getElementById("in-" + language).click(), language);

// Of several questions the first few stand for the others, which the same template makes.
const audit = (page) => page.evaluate(() => axe.run(
  { include: ["html"], exclude: [["article.question:nth-of-type(n+4)"]] },
  { resultTypes: ["violations"], iframes: false },
)).then(({ violations }) => violations.map(({ id, nodes }) => `${id} (${nodes.length}): ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary.replaceAll("\n", " ")}`));

after(close);

describe("pages", { concurrency: 2 }, () => {
  test("there are pages to look at", () => assert.ok(names.length >= 10, `${names}`));
  // The page of very many answers repeats what that of a few has; the other file looks at its size and speed.
  for (const [place, name] of names.filter((name) => name !== "many-answers").entries()) {
    test(name, async () => {
      const { page, complaints, done } = await open(name);
      await page.evaluate(unfold);
      await page.evaluate(axe);
      const found = [];
      for (const [column, width] of widths.entries()) {
        await page.setViewportSize({ width, height: 900 });
        for (const [turn, { colorScheme, language }] of states.entries()) {
          await page.emulateMedia({ colorScheme });
          await choose(page, language);
          const say = (faults) => found.push(...faults.map((fault) => `${width} px, ${colorScheme}, ${language}: ${fault}`));
          // A theme moves nothing: the layout is looked at once in each language.
          if (colorScheme === "light") say(await page.evaluate(faultsOfLayout));
          // Contrast and structure hardly depend on the width: each theme and language at one, in turn.
          if ((place + turn) % widths.length === column) say(await audit(page));
          if (pictures) {
            mkdirSync(`${pictures}/${name}`, { recursive: true });
            await page.screenshot({ path: `${pictures}/${name}/${width}-${colorScheme}-${language}.png` });
          }
        }
      }
      await done();
      assert.deepEqual([...found, ...complaints], []);
    });
  }
});
