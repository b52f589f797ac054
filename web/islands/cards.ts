// Resting on a link to an entity, or focusing it by keyboard, shows its card.
const PAUSE = 350;
const cards = new Map<string, Promise<string>>();

export function mountCards(): void {
  const card = Object.assign(document.createElement('div'), { className: 'hover-card', hidden: true });
  document.body.append(card);
  let timer = 0;
  let shown: Element | null = null;

  const hide = (): void => {
    window.clearTimeout(timer);
    shown = null;
    card.hidden = true;
  };
  const plan = (event: Event): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLElement | SVGElement>('a[data-ref]') : null;
    if (link === shown) return;
    hide();
    if (!link || link.classList.contains('missing')) return;
    if (event.type === 'focusin' && !link.matches(':focus-visible')) return;
    shown = link;
    timer = window.setTimeout(() => void show(link), PAUSE);
  };
  const show = async (link: HTMLElement | SVGElement): Promise<void> => {
    const href = link.getAttribute('href') ?? '';
    if (!cards.has(href)) {
      cards.set(href, fetch(`${href}/card`, { headers: { 'HX-Target': 'card' } }).then((answer) => (answer.ok ? answer.text() : ''), () => ''));
    }
    const html = await cards.get(href);
    if (shown !== link || !html) return;
    card.innerHTML = html;
    card.hidden = false;
    const at = link.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const below = at.bottom + 8 + size.height <= innerHeight;
    const left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8));
    const top = below ? at.bottom + 6 : Math.max(8, at.top - size.height - 6);
    // Through the object model: the security policy forbids style attributes, not this.
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
  };
  document.addEventListener('mouseover', plan);
  document.addEventListener('focusin', plan);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') hide();
  });
  document.addEventListener('scroll', hide, { passive: true, capture: true });
  document.addEventListener('click', hide);
}
