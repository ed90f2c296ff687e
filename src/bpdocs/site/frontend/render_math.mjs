// Render formulas with KaTeX: one line of JSON in, a list of {latex, display}; one line out, a list
// of {html} or {error}.
import { createInterface } from "node:readline";
import katex from "katex";

function render({ latex, display }) {
  try {
    const html = katex.renderToString(latex, {
      displayMode: display,
      output: "htmlAndMathml",
      throwOnError: true,
      // \htmlClass colours a quantity, \htmlData has its shape; else what is not LaTeX is an error.
      trust: ({ command }) => command === "\\htmlClass" || command === "\\htmlData",
      strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
    });
    return { html };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(JSON.parse(line).map(render)));
}
