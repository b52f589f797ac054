// A drawing that can be moved and zoomed: by mouse, by touch, by keyboard, by buttons. Without this it scrolls.
const STEP = 1.25;
const MOST = 4;
const LEAST = 0.15;
// Below this scale labels cannot be read.
const LEGIBLE = 0.7;
const ROOM_IN_CARD = 440;
const ROOM_ON_PAGE = 420;

export function mountGraph(figure: HTMLElement): void {
  const view = figure.querySelector<HTMLElement>('.graph-view');
  const svg = view?.querySelector('svg');
  if (!view || !svg) return;
  const width = svg.viewBox.baseVal.width;
  const height = svg.viewBox.baseVal.height;
  let scale = 1;
  let x = 0;
  let y = 0;

  const draw = (): void => {
    const w = view.clientWidth / scale;
    const h = view.clientHeight / scale;
    svg.setAttribute('viewBox', `${x} ${y} ${w} ${h}`);
  };
  const zoom = (factor: number, atX = view.clientWidth / 2, atY = view.clientHeight / 2): void => {
    const next = Math.min(MOST, Math.max(LEAST, scale * factor));
    x += atX / scale - atX / next;
    y += atY / scale - atY / next;
    scale = next;
    draw();
  };
  const fit = (): void => {
    scale = Math.min(1, Math.max(LEAST, Math.min(view.clientWidth / width, view.clientHeight / height)));
    x = (width - view.clientWidth / scale) / 2;
    y = (height - view.clientHeight / scale) / 2;
    draw();
  };

  // The first look shows all of it where that can be read, else the root and what is around it.
  const show = (): void => {
    const whole = Math.min(1, view.clientWidth / width);
    const room = figure.closest('.card') ? ROOM_IN_CARD : Math.max(ROOM_ON_PAGE, innerHeight - 320);
    view.style.height = `${Math.min(room, Math.ceil(height * Math.max(whole, LEGIBLE)))}px`;
    fit();
    if (scale >= LEGIBLE) return;
    scale = LEGIBLE;
    const root = svg.querySelector<SVGGraphicsElement>('.node.root');
    const at = root?.transform.baseVal.consolidate()?.matrix;
    const box = root?.getBBox();
    const [w, h] = [view.clientWidth / scale, view.clientHeight / scale];
    x = w >= width ? (width - w) / 2 : Math.min(Math.max((at?.e ?? 0) + (box?.width ?? 0) / 2 - w / 2, 0), width - w);
    y = h >= height ? (height - h) / 2 : Math.min(Math.max((at?.f ?? 0) - h / 2, 0), height - h);
    draw();
  };

  figure.classList.add('graph-live');
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  view.scrollTo(0, 0);
  let shownAt = 0;
  new ResizeObserver(() => {
    if (view.clientWidth === shownAt) return;
    shownAt = view.clientWidth;
    show();
  }).observe(view);

  const buttons = document.createElement('div');
  buttons.className = 'graph-buttons';
  const { zoomIn, zoomOut, fitAll } = figure.dataset;
  const labels = [zoomIn, zoomOut, fitAll];
  const actions: [string, () => void][] = [['+', () => zoom(STEP)], ['−', () => zoom(1 / STEP)], ['⤢', fit]];
  actions.forEach(([sign, action], at) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'icon-button', textContent: sign, title: labels[at] ?? '' });
    button.setAttribute('aria-label', labels[at] ?? sign);
    button.addEventListener('click', action);
    buttons.append(button);
  });
  figure.append(buttons);

  view.addEventListener('wheel', (event) => {
    // A page that scrolls past a drawing must not be caught by it.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = view.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 200), event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  let grabbed: { x: number; y: number; moved: boolean } | null = null;
  view.addEventListener('pointerdown', (event) => {
    if (event.button === 0) grabbed = { x: event.clientX, y: event.clientY, moved: false };
  });
  view.addEventListener('pointermove', (event) => {
    if (!grabbed) return;
    const [dx, dy] = [event.clientX - grabbed.x, event.clientY - grabbed.y];
    if (!grabbed.moved && Math.hypot(dx, dy) < 4) return;
    if (!grabbed.moved) view.setPointerCapture(event.pointerId);
    grabbed = { x: event.clientX, y: event.clientY, moved: true };
    x -= dx / scale;
    y -= dy / scale;
    draw();
  });
  const letGo = (): void => {
    const moved = grabbed?.moved;
    grabbed = null;
    // The click that ends a drag opens nothing.
    if (moved) view.addEventListener('click', (event) => event.preventDefault(), { capture: true, once: true });
  };
  view.addEventListener('pointerup', letGo);
  view.addEventListener('pointercancel', letGo);
  view.addEventListener('dragstart', (event) => event.preventDefault());
  view.addEventListener('keydown', (event) => {
    const pan = 60 / scale;
    const moves: Record<string, () => void> = {
      '+': () => zoom(STEP),
      '-': () => zoom(1 / STEP),
      '0': fit,
      ArrowLeft: () => void (x -= pan),
      ArrowRight: () => void (x += pan),
      ArrowUp: () => void (y -= pan),
      ArrowDown: () => void (y += pan),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move();
    draw();
  });
  // A node reached by Tab comes into view.
  svg.addEventListener('focusin', (event) => {
    const node = event.target instanceof SVGAElement ? event.target : null;
    if (!node?.matches(':focus-visible')) return;
    const [box, frame] = [node.getBoundingClientRect(), view.getBoundingClientRect()];
    if (box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom) return;
    x += (box.left + box.right - frame.left - frame.right) / 2 / scale;
    y += (box.top + box.bottom - frame.top - frame.bottom) / 2 / scale;
    draw();
  });
}
