// Chromium, and the made-up pages that it opens.

import { existsSync, readdirSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

// Where `cargo run -p reports --example pages -- DIR` has written the pages.
const directory = resolve(process.env.PAGES ?? "pages");

export const names = readdirSync(directory).filter((name) => existsSync(join(directory, name, "report.html"))).sort();
export const address = (name) => pathToFileURL(join(directory, name, "report.html")).href;

const program = () => {
  const named = process.env.CHROMIUM ? [process.env.CHROMIUM] : [];
  const usual = ["chromium", "chromium-browser", "google-chrome"];
  const onPath = (name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  const found = [...named, "/usr/bin/chromium", ...usual.flatMap(onPath)].find((path) => existsSync(path));
  if (!found) throw new Error("no Chromium: install the package chromium, or name it in CHROMIUM");
  return found;
};

let started;
export const browser = () => (started ??= chromium.launch({ executablePath: program(), args: ["--disable-gpu"] }));
export const close = async () => (await started)?.close();

/// Opens a page; what it says on the console and asks of the network is noted in `complaints`.
export const open = async (name, options = {}) => {
  const context = await (await browser()).newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  const own = address(name);
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("request", (request) => request.url() === own || complaints.push(`request: ${request.url()}`));
  await page.goto(own);
  return { page, complaints, done: () => context.close() };
};
