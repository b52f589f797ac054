// Entities looked at lately, kept in this browser only.
export interface Visit {
  ref: string;
  title: string;
  href: string;
}

const KEY = 'callboard.recent';
const MOST = 12;

export function visits(): Visit[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    if (!Array.isArray(kept)) return [];
    return kept.filter((v): v is Visit => typeof v?.ref === 'string' && typeof v?.title === 'string' && typeof v?.href === 'string' && v.href.startsWith('/catalog/'));
  } catch {
    return [];
  }
}

export function mountRecent(page: HTMLElement): void {
  const { entityRef: ref, entityTitle: title } = page.dataset;
  if (!ref || !title) return;
  const href = location.pathname.split('/').slice(0, 5).join('/');
  const kept = [{ ref, title, href }, ...visits().filter((visit) => visit.ref !== ref)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing loses nothing else.
  }
}

export function mountRecentList(card: HTMLElement): void {
  const list = card.querySelector('ul');
  const kept = visits();
  if (!list || kept.length === 0) return;
  list.replaceChildren(...kept.slice(0, 8).map((visit) => {
    const line = document.createElement('li');
    const link = Object.assign(document.createElement('a'), { href: visit.href, className: 'entity', textContent: visit.title });
    link.dataset.ref = visit.ref;
    line.append(link, Object.assign(document.createElement('span'), { className: 'entity-what', textContent: visit.ref }));
    return line;
  }));
  card.hidden = false;
}
