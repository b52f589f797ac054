// A drawing that can be moved and zoomed: by mouse, by touch, by keyboard, by buttons. Without this it scrolls.
const STEP = 1.25;
const MOST = 4;
const LEAST = 0.15;

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

  figure.classList.add('graph-live');
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  view.scrollTo(0, 0);
  fit();
  new ResizeObserver(fit).observe(view);

  const buttons = document.createElement('div');
  buttons.className = 'graph-buttons';
  const { zoomIn, zoomOut, fitAll, saveAs } = figure.dataset;
  const labels = [zoomIn, zoomOut, fitAll, saveAs];
  const actions: [string, () => void][] = [['+', () => zoom(STEP)], ['−', () => zoom(1 / STEP)], ['⤢', fit], ['↓', () => save(svg, width, height)]];
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

const PAINT = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-size', 'font-family', 'font-weight', 'text-anchor', 'opacity'];

// The drawing as a file of its own, with the colours it has now.
function save(svg: SVGSVGElement, width: number, height: number): void {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const [from, to] = [svg.querySelectorAll('*'), copy.querySelectorAll('*')];
  from.forEach((element, at) => {
    const computed = getComputedStyle(element);
    for (const name of PAINT) to[at]?.setAttribute(name, computed.getPropertyValue(name));
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const address = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }));
  Object.assign(document.createElement('a'), { href: address, download: 'graph.svg' }).click();
  URL.revokeObjectURL(address);
}
