// What every page loads: htmx, and the islands that make a page quicker to use. An island is a function for a
// `data-island` name; it is mounted once on each element that has the name, now and after htmx swapped something in.
import 'htmx.org';
import { mountFilters } from './filters';
import { mountCards } from './cards';
import { mountKeys } from './keys';
import { mountCopy, mountMenu } from './menu';
import { mountJump, mountPalette } from './palette';
import { mountRecent, mountRecentList } from './recent';
import { mountStar } from './star';
import { mountSubmit } from './submit';
import { mountTheme } from './theme';

type Island = (element: HTMLElement) => void;

const islands: Record<string, Island> = {
  copy: mountCopy,
  filters: mountFilters,
  graph: mountGraph,
  jump: mountJump,
  keys: mountKeys,
  menu: mountMenu,
  recent: mountRecent,
  'recent-list': mountRecentList,
  star: mountStar,
  submit: mountSubmit,
  theme: mountTheme,
};

const mounted = new WeakSet<Element>();

function mountAll(root: ParentNode): void {
  const found = [...root.querySelectorAll<HTMLElement>('[data-island]')];
  if (root instanceof HTMLElement && root.dataset.island) found.push(root);
  for (const element of found) {
    if (mounted.has(element)) continue;
    mounted.add(element);
    islands[element.dataset.island ?? '']?.(element);
  }
}

// Drawings are on few pages, so what makes them movable is loaded by those.
function mountGraph(element: HTMLElement): void {
  const script = element.dataset.script;
  if (script) void import(script).then((module: { mountGraph: Island }) => module.mountGraph(element));
}

document.documentElement.classList.add('has-script');
mountAll(document);
mountPalette();
mountCards();
document.body.addEventListener('htmx:load', (event) => {
  if (event.target instanceof HTMLElement) mountAll(event.target);
});
