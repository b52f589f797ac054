// A star without a new page. The button says what will happen next, so it changes once the server kept the change.
export function mountStar(button: HTMLElement): void {
  if (!(button instanceof HTMLButtonElement)) return;
  button.addEventListener('click', async (event) => {
    const form = button.form;
    if (!form) return;
    event.preventDefault();
    const body = new URLSearchParams({ [button.name]: button.value });
    const answer = await fetch(form.action, { method: 'POST', body, headers: { 'X-Requested-With': 'fetch' } }).catch(() => null);
    // What cannot be done quietly is done in the open, where the reason is shown.
    if (!answer?.ok) return form.requestSubmit(button);
    const starred = button.name === 'add';
    button.name = starred ? 'remove' : 'add';
    button.setAttribute('aria-pressed', String(starred));
  });
}
