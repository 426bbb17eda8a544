import { html } from 'lit-html';
import type { OpenScreen } from '../app.ts';
import { apiKeys } from '../parts/api-keys.ts';
import { quotas } from '../parts/quotas.ts';
import { webhookEndpoints } from '../parts/webhook-endpoints.ts';

/** For partners and operators: how their programs get in, where those are told what happens, and how much they may do. */
export const open: OpenScreen = (app) => {
  const left = new AbortController();
  const parts = [apiKeys, webhookEndpoints, quotas].map((part) => part(app, left.signal));
  return {
    title: () => 'Access',
    view: () => html`<h1>Access</h1>${parts.map((part) => part.view())}`,
    leave: () => left.abort(),
  };
};
