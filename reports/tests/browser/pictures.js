// The first screen of a report in PAGES, for the READMEs: `node pictures.js NAME DIR` writes NAME-ko.png and NAME-en.png.

import { join } from "node:path";
import { close, open } from "./browser.js";

const [name, directory] = process.argv.slice(2);
for (const [lang, locale] of [["ko", "ko-KR"], ["en", "en-GB"]]) {
  const { page, done } = await open(name, { locale, deviceScaleFactor: 1.5, viewport: { width: 1100, height: 760 } });
  await page.screenshot({ path: join(directory, `${name}-${lang}.png`) });
  await done();
}
await close();
