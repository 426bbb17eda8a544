import { html, type TemplateResult } from 'lit-html';
import type { App } from '../app.ts';
import { LogPrintedDocument, type LogPrintedSubscription } from '../operations.ts';

type Line = LogPrintedSubscription['provisioningLog'];

/** What the site host prints for a company, as it does. */
export interface ShownLog {
  /** The lines of one attempt. */
  view(attempt: number): TemplateResult;
  /** Reads on, after the company was queued again. */
  resume(): void;
  close(): void;
}

export function openLog(app: App, id: string): ShownLog {
  const left = new AbortController();
  const lines: Line[] = [];
  let isFollowing = false;
  let shown = 0;
  // Lines are only ever added: they are put into the page once, and not compared each time that it is drawn.
  const output = document.createElement('pre');
  Object.assign(output, { tabIndex: 0, role: 'log', ariaLive: 'off', ariaLabel: 'What the site host printed' });

  function resume(): void {
    if (isFollowing) return;
    isFollowing = true;
    app
      .follow(
        LogPrintedDocument,
        () => ({ id, since: lines.at(-1)?.number ?? 0 }),
        ({ provisioningLog: line }) => {
          if (line.number <= (lines.at(-1)?.number ?? 0)) return;
          if (lines.length === 0) app.update();
          lines.push(line);
          if (line.attempt === shown) append([line]);
        },
        left.signal,
      )
      .finally(() => {
        isFollowing = false;
      });
  }

  /** Whoever reads further up stays there. */
  function append(added: readonly Line[]): void {
    const isAtEnd = output.scrollHeight - output.scrollTop - output.clientHeight < 40;
    output.append(...added.map(({ text }) => `${text}\n`));
    if (isAtEnd) output.scrollTop = output.scrollHeight;
  }

  function show(attempt: number): void {
    if (shown === attempt) return;
    shown = attempt;
    output.replaceChildren();
    append(lines.filter((line) => line.attempt === attempt));
  }

  function download(): void {
    const text = lines.map((line) => `${line.writtenAt} ${line.attempt} ${line.step} ${line.text}\n`).join('');
    const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    Object.assign(document.createElement('a'), { href: address, download: `${id}.log` }).click();
    URL.revokeObjectURL(address);
  }

  resume();
  return {
    view(attempt) {
      show(attempt);
      return html`<section class="sheet log">
        <div class="title"><h2>Log</h2><button class="quiet" ?disabled=${lines.length === 0} @click=${download}>Download</button></div>
        ${output}
      </section>`;
    },
    resume,
    close: () => left.abort(),
  };
}
