// "Check this page in my browser": what came of every example, as a table that can be copied.

import type { Cell } from "./cell";
import { button, element } from "./elements";
import { strings } from "./strings";

/** What Python is asked for the report. */
export const VERSIONS = `import platform, importlib.metadata
print(f"Python {platform.python_version()}", *(
    f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "bpdocs")
), sep=" · ", end="")
`;

/** The report under the page's bar. */
export function showReport(after: HTMLElement, cells: readonly Cell[], versions: string): void {
  const text = strings();
  const rows = cells.map((cell, index) => [`${index + 1}`, cell.id, cell.verdict || text.notRun]);
  const same = cells.filter(({ state }) => state === "same").length;
  const lines = [text.verdict(same, cells.length), `${versions} · ${navigator.userAgent}`];
  const plain = [
    document.title,
    location.href.replace(/#.*/, ""),
    ...lines,
    ...rows.map((row) => row.join("\t")),
  ].join("\n");

  const report = element("details", "bp-report");
  report.dataset.bpReport = "";
  report.open = true;
  const summary = element("summary", "");
  summary.textContent = lines[0]!;
  const note = element("p", "");
  note.textContent = lines[1]!;
  const table = element("table", "");
  const head = table.createTHead().insertRow();
  for (const title of text.reportHead) {
    const cell = element("th", "");
    cell.scope = "col";
    cell.textContent = title;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const item of row) line.insertCell().textContent = item;
  }
  const status = element("span", "bp-status");
  const copy = button("copy-report", text.copyReport, () => {
    navigator.clipboard.writeText(plain).then(
      () => (status.textContent = text.copied),
      () => (status.textContent = text.notCopied),
    );
  });
  report.append(summary, note, table, copy, status);
  document.querySelector("[data-bp-report]")?.remove();
  after.after(report);
}
