// The choice of theme shows at once; saving keeps it.
export function mountTheme(form: HTMLElement): void {
  form.addEventListener('change', (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !(form instanceof HTMLFormElement)) return;
    if (input.name === 'theme') {
      if (input.value === 'system') delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = input.value;
      void fetch(form.action, { method: 'POST', body: new URLSearchParams({ theme: input.value }) });
    } else form.requestSubmit();
  });
}
