// Values as more than text. Loaded when the first one comes. Nothing of it can run a script.

import type { Config } from "dompurify";
import { element } from "./elements";
import type { Rich } from "./protocol";
import type { strings } from "./strings";

type Strings = ReturnType<typeof strings>;

// No forms, no styles for the whole page, and nothing that asks another server.
const HTML: Config = {
  USE_PROFILES: { html: true },
  ALLOW_DATA_ATTR: false,
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "iframe", "video", "audio"],
  FORBID_ATTR: ["id", "name", "class", "srcset", "background", "action", "formaction"],
  ALLOWED_URI_REGEXP: /^data:image\/(?:png|gif|jpeg|webp);base64,|^#|^https:\/\//i,
};
const SVG: Config = {
  USE_PROFILES: { svg: true, svgFilters: true },
  ALLOW_DATA_ATTR: false,
  FORBID_TAGS: ["style", "a", "image", "foreignObject"],
  FORBID_ATTR: ["id", "class", "style"],
  ALLOWED_URI_REGEXP: /^#/,
};

/** Show a value in its place; throws if its data are not what they say. */
export async function show(place: HTMLElement, rich: Rich, text: Strings): Promise<void> {
  const kinds: Record<string, () => Node | Promise<Node>> = {
    "text/html": () => html(rich.data),
    "image/svg+xml": () => sanitize(rich.data, SVG),
    "image/png": () => picture(rich.data, text.picture),
    "text/latex": () => formula(rich.data),
    "application/vnd.bpdocs.array+json": () => table(rich.data, text),
  };
  const make = kinds[rich.mime];
  if (!make) throw new Error(rich.mime);
  place.append(await make());
}

async function sanitize(data: string, config: Config): Promise<DocumentFragment> {
  const { default: purify } = await import("dompurify");
  return purify.sanitize(data, { ...config, RETURN_DOM_FRAGMENT: true });
}

async function html(data: string): Promise<DocumentFragment> {
  const fragment = await sanitize(data, HTML);
  // Links may be followed by the reader; nothing is loaded from elsewhere by itself.
  for (const node of fragment.querySelectorAll("[src], [style], [href]")) {
    if (!node.getAttribute("src")?.startsWith("data:")) node.removeAttribute("src");
    if (/url\s*\(|expression|@import|position/i.test(node.getAttribute("style") ?? "")) {
      node.removeAttribute("style");
    }
    if (node instanceof HTMLAnchorElement) node.rel = "noopener noreferrer nofollow";
    else node.removeAttribute("href");
  }
  return fragment;
}

function picture(data: string, label: string): HTMLImageElement {
  const image = element("img", "");
  image.src = `data:image/png;base64,${data.replace(/[^A-Za-z0-9+/=]/g, "")}`;
  image.alt = label;
  return image;
}

async function formula(data: string): Promise<Node> {
  const { default: katex } = await import("katex");
  const latex = data.trim().replace(/^\$+|\$+$/g, "");
  const place = element("div", "");
  // KaTeX has opinions on style that a reader's console need not hear.
  const options = { displayMode: true, throwOnError: true, trust: false, strict: false };
  katex.render(latex, place, options);
  return place;
}

/** A small matrix as a table whose cells are coloured by sign and size. */
function table(data: string, text: Strings): HTMLElement {
  const rows = JSON.parse(data) as [string, number][][];
  const details = element("details", "bp-heat");
  const summary = element("summary", "");
  summary.textContent = text.heatMap(rows.length, rows[0]!.length);
  const table = element("table", "");
  for (const row of rows) {
    const line = table.insertRow();
    for (const [text, share] of row) {
      const cell = line.insertCell();
      cell.textContent = text;
      cell.style.setProperty("--bp-share", `${Math.round(Math.abs(share) * 40)}%`);
      cell.className = share < 0 ? "bp-negative" : "bp-positive";
    }
  }
  details.append(summary, table);
  return details;
}
