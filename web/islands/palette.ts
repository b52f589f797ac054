// The command palette: entities, pages and actions by name. Its list comes from the server as HTML.
import { visits } from './recent';

const PAUSE = 60;

export function openPalette(): void {
  const dialog = document.querySelector<HTMLDialogElement>('#palette');
  if (!dialog || dialog.open || document.querySelector('dialog[open]')) return;
  dialog.showModal();
  const input = dialog.querySelector<HTMLInputElement>('input');
  if (!input) return;
  input.select();
  void list(dialog, input.value);
}

// The field in the sidebar is a plain search form; a click on it opens the palette instead.
export function mountJump(form: HTMLElement): void {
  form.querySelector('input')?.addEventListener('mousedown', (event) => {
    event.preventDefault();
    openPalette();
  });
}

let asked = 0;

async function list(dialog: HTMLDialogElement, text: string): Promise<void> {
  const turn = ++asked;
  const answer = await fetch(`/palette?${new URLSearchParams({ query: text.trim() })}`, { headers: { 'HX-Target': 'palette-list' } }).catch(() => null);
  if (turn !== asked || !answer) return;
  if (answer.status === 401) return location.reload();
  const target = dialog.querySelector('#palette-list');
  if (!target) return;
  target.innerHTML = await answer.text();
  if (text.trim() === '') target.prepend(...recent());
  choose(dialog, 0);
}

function recent(): HTMLElement[] {
  return visits().slice(0, 5).map((visit, at) => {
    const option = Object.assign(document.createElement('a'), { className: 'option', href: visit.href, id: `recent-${at}`, tabIndex: -1 });
    option.setAttribute('role', 'option');
    option.append(
      Object.assign(document.createElement('span'), { className: 'option-title', textContent: visit.title }),
      Object.assign(document.createElement('span'), { className: 'entity-what', textContent: visit.ref }),
    );
    return option;
  });
}

function options(dialog: HTMLDialogElement): HTMLAnchorElement[] {
  return [...dialog.querySelectorAll<HTMLAnchorElement>('[role=option]')];
}

function choose(dialog: HTMLDialogElement, at: number): void {
  const all = options(dialog);
  const input = dialog.querySelector('input');
  const chosen = all[(at + all.length) % Math.max(all.length, 1)];
  for (const option of all) option.setAttribute('aria-selected', String(option === chosen));
  if (chosen) input?.setAttribute('aria-activedescendant', chosen.id);
  else input?.removeAttribute('aria-activedescendant');
  chosen?.scrollIntoView({ block: 'nearest' });
}

export function mountPalette(): void {
  const dialog = document.querySelector<HTMLDialogElement>('#palette');
  const input = dialog?.querySelector<HTMLInputElement>('input');
  if (!dialog || !input) return;
  let timer = 0;
  let listed = Promise.resolve();
  input.addEventListener('input', () => {
    window.clearTimeout(timer);
    listed = new Promise((done) => {
      timer = window.setTimeout(() => void list(dialog, input.value).then(done), PAUSE);
    });
  });
  dialog.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    // Whoever types a name and Enter in one go means what that name finds.
    void listed.then(() => {
      const chosen = options(dialog).find((option) => option.getAttribute('aria-selected') === 'true');
      location.href = chosen?.href ?? `/search?${new URLSearchParams({ query: input.value })}`;
    });
  });
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(dialog, options(dialog).findIndex((option) => option.getAttribute('aria-selected') === 'true') + step);
  });
  dialog.addEventListener('mousemove', (event) => {
    const option = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('[role=option]') : null;
    if (option && option.getAttribute('aria-selected') !== 'true') choose(dialog, options(dialog).indexOf(option));
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}
