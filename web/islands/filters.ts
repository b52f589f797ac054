// The catalog's filters: typing narrows the list after a moment, and the window's title follows what is shown.
const PAUSE = 180;

export function mountFilters(form: HTMLElement): void {
  const text = form.querySelector<HTMLInputElement>('input[type=search]');
  let timer = 0;
  text?.addEventListener('input', () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => form.dispatchEvent(new Event('filter')), PAUSE);
  });
  // Leaving the field would ask for what is there already.
  text?.addEventListener('change', (event) => event.stopPropagation());
  document.body.addEventListener('htmx:afterSwap', () => {
    const title = document.querySelector<HTMLElement>('#results')?.dataset.title;
    if (title) document.title = title;
  });
  // An empty field or a default choice says nothing, so it stays out of the address.
  form.addEventListener('htmx:configRequest', (event) => {
    const { parameters } = (event as CustomEvent<{ parameters: FormData | Record<string, string> }>).detail;
    const plain: Record<string, string> = { q: '', show: 'all', kind: 'component' };
    for (const [name, value] of Object.entries(plain)) {
      if (parameters instanceof FormData) {
        if (parameters.get(name) === value) parameters.delete(name);
      } else if (parameters[name] === value) delete parameters[name];
    }
  });
}
