// The scripts are served as they stand, without a build step: what a browser would stumble over has to be found here.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: { ...globals.browser, htmx: "readonly" } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-shadow": "error",
      "no-restricted-properties": [
        "error",
        { object: "Math", property: "random", message: "What decides anything comes from crypto.getRandomValues." },
        { property: "innerHTML", message: "Text is set with textContent; elements are made." },
      ],
    },
  },
];
