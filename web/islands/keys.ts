// Keys: `g` and a letter goes places, `/` and ⌘K search, `f` filters, `j` and `k` walk a list, `?` shows them all.
import { openPalette } from './palette';

const SECOND_KEY_WITHIN = 1200;

export function mountKeys(): void {
  let first = '';
  let since = 0;
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.altKey || writes(event.target) || document.querySelector('dialog[open]')) return;
    const pair = event.timeStamp - since < SECOND_KEY_WITHIN ? `${first} ${event.key}` : '';
    const place = pair && document.querySelector<HTMLAnchorElement>(`nav a[data-keys=${CSS.escape(pair)}]`);
    first = event.key;
    since = event.timeStamp;
    if (place) {
      location.href = place.href;
    } else if (event.key === '/') {
      openPalette();
    } else if (event.key === '?') {
      document.querySelector<HTMLDialogElement>('#keys')?.showModal();
    } else if (event.key === 'f') {
      document.querySelector<HTMLInputElement>('#q')?.focus();
    } else if (event.key === 'j' || event.key === 'k') {
      walk(event.key === 'j' ? 1 : -1);
    } else return;
    event.preventDefault();
  });
  const help = document.querySelector<HTMLDialogElement>('#keys');
  help?.addEventListener('click', (event) => {
    if (event.target === help) help.close();
  });
}

function writes(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));
}

function walk(step: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('tbody th a.entity, .results-list a.result, main .entity-list a.entity')];
  if (links.length === 0) return;
  const at = links.findIndex((link) => link === document.activeElement);
  links[at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1)]?.focus();
}
