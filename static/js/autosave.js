// Saves the draft while somebody types, counts the signs left, and keeps what could not be saved in this
// browser's tab until it is back. Without this script the buttons of the form do all that is needed.

const form = document.querySelector("form[data-autosave]");
const state = document.getElementById("autosave-state");
const PAUSE = 4000;
const NOT_KEPT = ["csrfmiddlewaretoken", "version"];
let timer = 0;
let running = Promise.resolve();
let isSaving = false;

const key = () => `draft:${new URL(form.action).pathname}`;
const version = () => form.elements.version.value;

function entries() {
  const data = new FormData(form);
  data.delete("files");
  return data;
}

function remember() {
  const kept = [...entries()].filter(([name]) => !NOT_KEPT.includes(name));
  sessionStorage.setItem(key(), JSON.stringify({ version: version(), kept }));
}

// Only over the version it was typed over: once something was saved, that counts.
function recall() {
  const found = JSON.parse(sessionStorage.getItem(key()) || "{}");
  sessionStorage.removeItem(key());
  if (found.version !== version()) return;
  for (const [name, value] of found.kept) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field && field.type !== "hidden") field.value = value;
  }
  later();
}

async function save() {
  isSaving = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: entries(), headers: { "X-Autosave": "1" }, redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) return fail(form.dataset.signedOut);
    if (!answer.ok) return fail(form.dataset.notSaved);
    const told = await answer.json();
    sessionStorage.removeItem(key());
    form.elements.version.value = told.version;
    form.action = told.address;
    history.replaceState(null, "", told.address);
    state.textContent = told.saved;
  } catch {
    fail(form.dataset.notSaved);
  } finally {
    isSaving = false;
  }
}

function fail(sentence) {
  remember();
  state.textContent = sentence;
}

// One save at a time: the next one needs the version the last one made.
function later() {
  clearTimeout(timer);
  timer = setTimeout(() => { running = running.then(save); }, PAUSE);
}

function countSigns() {
  const note = form.elements.note;
  const left = Number(note.dataset.longest) - note.value.length;
  document.getElementById("signs-left").textContent = `${left} ${form.dataset.left}`;
}

if (form) {
  recall();
  countSigns();
  form.addEventListener("input", () => { countSigns(); later(); });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (isSaving) {
      event.preventDefault();
      running.then(() => form.requestSubmit(event.submitter));
      return;
    }
    if (version() !== "0") remember();
  });
}
