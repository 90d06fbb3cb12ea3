// Runs in the page: what a reader could not read where it stands. Returns one line for each fault.

export const faultsOfLayout = (limit = 12) => {
  const faults = [];
  const fault = (kind, ...what) => faults.push(`${kind}: ${what.map((text) => `‘${text.trim().slice(0, 40)}’`).join(" and ")}`);
  const root = document.scrollingElement;
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1);
    faults.push(`the page is ${root.scrollWidth} px wide in a window of ${root.clientWidth}: ${wide.slice(0, 3).map((e) => `${e.tagName}.${e.className}`)}`);
  }

  // What the scrolling and clipping boxes around an element leave to be seen of it, and whether any of them is for one who reads by ear only.
  const clips = new Map();
  const clipOf = (element) => {
    if (!element || element === document.documentElement) return { left: -1e9, right: 1e9, top: -1e9, bottom: 1e9, unseen: false, scrolls: false };
    if (clips.has(element)) return clips.get(element);
    const style = getComputedStyle(element);
    const around = clipOf(style.position === "fixed" ? null : element.parentElement);
    const clip = { ...around };
    if (style.clipPath !== "none" || style.opacity === "0" || style.visibility === "hidden") clip.unseen = true;
    if (style.overflowX !== "visible" && !(element instanceof SVGElement)) {
      const box = element.getBoundingClientRect();
      clip.left = Math.max(clip.left, box.left);
      clip.right = Math.min(clip.right, box.right);
      clip.top = Math.max(clip.top, box.top);
      clip.bottom = Math.min(clip.bottom, box.bottom);
      clip.scrolls ||= ["auto", "scroll"].includes(style.overflowX);
    }
    clips.set(element, clip);
    return clip;
  };

  // Every line of text that is on the page, as the part of its height that letters take.
  const lines = [];
  const range = document.createRange();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || ["SCRIPT", "STYLE", "OPTION"].includes(element.tagName)) continue;
    const clip = clipOf(element);
    if (clip.unseen) continue;
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const [left, right] = [Math.max(box.left, clip.left), Math.min(box.right, clip.right)];
      const [top, bottom] = [Math.max(box.top, clip.top), Math.min(box.bottom, clip.bottom)];
      if (right - left < 1 || bottom - top < 1) continue;
      if (!clip.scrolls && (box.right > root.clientWidth + 1 || box.left < -1) && box.bottom > 0) fault("outside of the window", node.data);
      const quarter = (bottom - top) / 4;
      lines.push({ left, right, top: top + quarter, bottom: bottom - quarter, text: node.data, element });
    }
  }

  // What sticks to an edge lies over what scrolls beneath it, as it should.
  const stuck = new Map();
  const sticks = (element) => {
    if (!element) return false;
    if (!stuck.has(element)) stuck.set(element, ["sticky", "fixed"].includes(getComputedStyle(element).position) || sticks(element.parentElement));
    return stuck.get(element);
  };
  lines.sort((a, b) => a.top - b.top);
  for (let i = 0; i < lines.length && faults.length < limit; i += 1) {
    const a = lines[i];
    for (let j = i + 1; j < lines.length && lines[j].top < a.bottom; j += 1) {
      const b = lines[j];
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const under = Math.min(a.bottom, b.bottom) - b.top;
      if (over > 2 && under > 1 && a.element !== b.element && !sticks(a.element) && !sticks(b.element)) fault("overlap", a.text, b.text);
    }
  }

  // Text of drawings must lie in them.
  for (const svg of document.querySelectorAll("svg")) {
    const box = svg.getBoundingClientRect();
    if (!box.width) continue;
    for (const text of svg.querySelectorAll("text")) {
      const own = text.getBoundingClientRect();
      const out = Math.max(box.left - own.left, own.right - box.right, box.top - own.top, own.bottom - box.bottom);
      if (own.width && out > 1.5) fault("outside of its drawing", text.textContent);
    }
  }

  // A box that clips without a way to scroll must hold all that is in it.
  for (const element of document.body.querySelectorAll("*")) {
    if (element instanceof SVGElement || element.tagName === "INPUT" || !element.clientWidth) continue;
    const style = getComputedStyle(element);
    const clipped = (axis, size, whole) => ["hidden", "clip"].includes(style[axis]) && whole > size + 1;
    if ((clipped("overflowX", element.clientWidth, element.scrollWidth) || clipped("overflowY", element.clientHeight, element.scrollHeight)) && !clipOf(element).unseen) {
      fault("cut", element.textContent);
    }
  }
  return faults.slice(0, limit);
};

// Runs in the page: opens what is folded and lays out what is out of sight.
export const unfold = () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  const sheet = document.styleSheets[0];
  sheet.insertRule(".question { content-visibility: visible !important; }", sheet.cssRules.length);
};
