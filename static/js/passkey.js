// Passkeys and security keys: adding one on one's own page, signing in with one. Buttons stay hidden where the
// browser knows no such keys; the password and the one-time password are always there.
(() => {
  const able = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!able) return;

  const send = async (address, body) => {
    const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail);
    return told;
  };

  const run = async (box) => {
    const { begin, complete, kind, field } = box.dataset;
    const token = field ? document.getElementById(field).value : "";
    const asked = await send(begin, field ? { token } : {});
    const key =
      kind === "add"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
    const done = await send(complete, key.toJSON());
    window.location.assign(done.redirect_url);
  };

  for (const box of document.querySelectorAll("[data-passkey]")) {
    box.hidden = false;
    const button = box.querySelector("button");
    const said = box.querySelector("[role=alert]");
    button.addEventListener("click", async () => {
      button.disabled = true;
      said.hidden = true;
      try {
        await run(box);
      } catch (wrong) {
        // the browser's own words for "cancelled" are in its language, ours are in the page's
        said.textContent = wrong instanceof DOMException || !wrong.message ? box.dataset.failed : wrong.message;
        said.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
