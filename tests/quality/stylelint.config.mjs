// Styles are served as they stand. One selector stands in one file, so that who looks for it finds all of it.
import stylelint from "stylelint";

const ruleName = "portal/one-file";
const first = new Map(); // where each selector was met, of all files of this run

function within(rule) {
  const around = [];
  for (let at = rule.parent; at && at.type === "atrule"; at = at.parent) { around.push(`@${at.name} ${at.params}`); }
  return around.join(" ");
}

const oneFile = stylelint.createPlugin(ruleName, (on) => (root, result) => {
  if (!on) { return; }
  const file = root.source.input.file;
  root.walkRules((rule) => {
    const around = within(rule);
    if (around.includes("keyframes")) { return; }
    for (const selector of rule.selectors) {
      const key = `${around} ${selector}`;
      if (!first.has(key)) { first.set(key, file); }
      if (first.get(key) === file) { continue; }
      const message = `"${selector}" stands in ${first.get(key).split("/").pop()}, too (${ruleName})`;
      stylelint.utils.report({ ruleName, result, message, node: rule, word: selector });
    }
  });
});

export default {
  extends: "stylelint-config-recommended",
  plugins: [oneFile],
  rules: {
    [ruleName]: true,
    // the files go by the parts of a page, with what large type changes of all of them in one place before them
    "no-descending-specificity": null,
    "color-no-invalid-hex": true,
    "function-url-scheme-disallowed-list": [["http", "https", "ftp", "//"]], // no foreign server is asked
    "at-rule-disallowed-list": ["import"], // each file is named by the page that needs it
  },
};
