import { html, nothing, type TemplateResult } from 'lit-html';
import { NotConnected } from '../api.ts';
import type { App } from '../app.ts';

/** What a mutation came to, and the secret that it shows once. */
export interface Answer {
  readonly message: string;
  readonly secret?: string | null;
  /** It was refused; `message` says why. */
  readonly isProblem: boolean;
}

/** A list that is read again after each change, with the outcome of the newest one. */
export interface AccessList<Item> {
  /** A line for each, or the sentence `none`; nothing until they are known. */
  view(line: (item: Item) => TemplateResult, none: string): TemplateResult | typeof nothing;
  /** Makes a change and shows what came of it. Resolves to whether it was made. */
  readonly change: (ask: () => Promise<Answer>) => Promise<boolean>;
  /** What the newest change, or the reading, came to. */
  outcome(): TemplateResult | typeof nothing;
}

export function accessList<Item>(app: App, read: () => Promise<readonly Item[]>): AccessList<Item> {
  let items: readonly Item[] | undefined;
  let answer: Answer | undefined;

  /** Resolves to what came of it, whatever that is. */
  async function tell(work: () => Promise<Answer | undefined>): Promise<void> {
    try {
      answer = await work();
    } catch (error) {
      const message = error instanceof NotConnected ? 'The service cannot be reached.' : (error as Error).message;
      answer = { message, isProblem: true };
    }
    app.update();
  }
  const reload = async (): Promise<void> => {
    items = await read();
  };
  tell(async () => {
    await reload();
    return undefined;
  });

  return {
    view(line, none) {
      if (!items) return nothing;
      return items.length === 0 ? html`<p>${none}</p>` : html`<ol class="lines">${items.map(line)}</ol>`;
    },
    async change(ask) {
      await tell(async () => {
        const made = await ask();
        if (!made.isProblem) await reload();
        return made;
      });
      if (answer?.isProblem === false) app.announce(answer.message);
      return answer?.isProblem === false;
    },
    outcome() {
      if (!answer) return nothing;
      if (answer.isProblem) return html`<p class="banner" role="alert">${answer.message}</p>`;
      const { secret } = answer;
      if (!secret) return html`<p class="note">${answer.message}</p>`;
      return html`<div class="banner">
        <p>${answer.message} It is shown only now:</p>
        <div class="buttons"><code class="secret">${secret}</code>
          <button @click=${() => navigator.clipboard?.writeText(secret)}>Copy</button></div>
      </div>`;
    },
  };
}
