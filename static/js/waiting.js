// A form that the site was too busy to take sends itself again; without scripts a person presses the button.
"use strict";
document.querySelectorAll("form[data-again]").forEach((form) => {
  window.setTimeout(() => { form.requestSubmit(); }, Number(form.dataset.again) * 1000);
});
