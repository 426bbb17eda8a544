import { html } from 'lit-html';
import type { OpenScreen } from '../app.ts';

export const open: OpenScreen = () => ({
  title: () => 'Not found',
  view: () =>
    html`<section class="empty"><h1>There is no such page</h1><p>The address may be mistyped.</p><a class="primary" href="/console/">Companies</a></section>`,
});
