import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import {
  type ApiKeyScope,
  ApiKeysDocument,
  CreateKeyDocument,
  type ListedKeyFragment,
  RevokeKeyDocument,
} from '../operations.ts';
import { accessList } from './access-list.ts';
import { ago } from './words.ts';

const scopes: Readonly<Record<ApiKeyScope, string>> = {
  COMPANIES_READ: 'read and watch companies',
  COMPANIES_WRITE: 'create and change companies',
  WEBHOOKS_WRITE: 'manage webhook endpoints',
  OPERATE: 'operate the service',
};

/** The keys of programs: made, shown once, and revoked. */
export function apiKeys(app: App, signal: AbortSignal): { view(): TemplateResult } {
  const list = accessList(app, async () =>
    (await app.request(ApiKeysDocument, {}, signal)).apiKeys.edges.map(({ node }) => node),
  );

  async function create(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const entered = new FormData(form);
    const input = {
      name: String(entered.get('name')),
      scopes: entered.getAll('scope') as ApiKeyScope[],
      expiresInDays: Number(entered.get('days')),
    };
    const isMade = await list.change(async () => {
      const { createApiKey: answer } = await app.request(CreateKeyDocument, { input });
      if (answer.__typename === 'CreateApiKeySuccess')
        return { message: answer.message, secret: answer.key, isProblem: false };
      const faults =
        answer.__typename === 'ValidationError' ? answer.faults.map(({ message }) => message) : [answer.message];
      return { message: faults.join(' '), isProblem: true };
    });
    if (isMade) form.reset();
  }

  const revoke = ({ id, name }: ListedKeyFragment) => {
    if (!confirm(`Revoke “${name}”? Programs that use it are refused at once, and it cannot be undone.`)) return;
    list.change(async () => {
      const { revokeApiKey: answer } = await app.request(RevokeKeyDocument, { id });
      return { message: answer.message, isProblem: answer.__typename !== 'RevokeApiKeySuccess' };
    });
  };

  const row = (key: ListedKeyFragment): TemplateResult => {
    const isOver = key.revokedAt !== null || Date.parse(key.expiresAt) < Date.now();
    const state = key.revokedAt
      ? html`revoked ${ago(key.revokedAt)}`
      : isOver
        ? 'expired'
        : `until ${key.expiresAt.slice(0, 10)}`;
    return html`<li class="title">
      <div>
        <bdi>${key.name}</bdi> <code>${key.id}…</code>
        <p class="note">${key.scopes.map((scope) => scopes[scope]).join(', ')}; ${state}; ${key.lastUsedOn ? `last used on ${key.lastUsedOn}` : 'never used'}</p>
      </div>
      ${isOver ? html`` : html`<button class="danger" aria-label="Revoke ${key.name}" @click=${() => revoke(key)}>Revoke</button>`}
    </li>`;
  };

  const offered = (): readonly ApiKeyScope[] =>
    (Object.keys(scopes) as ApiKeyScope[]).filter((scope) => scope !== 'OPERATE' || app.viewer?.operates);

  return {
    view: () => html`<section class="sheet">
      <h2>API keys</h2>
      <p class="note">For programs, which send a key in the place of a token.</p>
      ${list.outcome()}
      ${list.view(row, 'No key yet.')}
      <details><summary>New key</summary>
        <form class="resend" novalidate @submit=${create}>
          <label>Name<input name="name" maxlength="100" autocomplete="off"></label>
          <fieldset><legend>It may</legend>
            ${offered().map((scope) => html`<label class="check"><input type="checkbox" name="scope" value=${scope}>${scopes[scope]}</label>`)}
          </fieldset>
          <label>Valid for days<input name="days" type="number" min="1" max="366" value="90"></label>
          <div><button class="primary">Create key</button></div>
        </form>
      </details>
    </section>`,
  };
}
