// A menu closes when the reader looks elsewhere or presses Escape; the arrow keys walk it.
export function mountMenu(menu: HTMLElement): void {
  if (!(menu instanceof HTMLDetailsElement)) return;
  const summary = menu.querySelector('summary');
  const items = (): HTMLElement[] => [...menu.querySelectorAll<HTMLElement>('.menu-body :is(a, button, input)')].filter((item) => item.checkVisibility());
  document.addEventListener('click', (event) => {
    if (menu.open && event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget instanceof Node && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && menu.open) {
      menu.open = false;
      summary?.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      menu.open = true;
      const all = items();
      const at = all.findIndex((item) => item === document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
      all[(at + all.length) % all.length]?.focus();
    } else return;
    event.preventDefault();
  });
}

// Copies a text, or the page's address, and says so in its own place for a moment.
const SAID_FOR = 1500;

export function mountCopy(button: HTMLElement): void {
  button.addEventListener('click', async () => {
    const words = button.querySelector('span');
    const { text, done } = button.dataset;
    await navigator.clipboard.writeText(text || location.href);
    if (!words || !done) return;
    const before = words.textContent;
    words.textContent = done;
    words.setAttribute('role', 'status');
    window.setTimeout(() => {
      words.textContent = before;
      words.removeAttribute('role');
    }, SAID_FOR);
  });
}
