import { html, nothing, type TemplateResult } from 'lit-html';
import type { Company } from './watched-company.ts';

/** Whether somebody has asked for a notification on this page. */
let isWanted = false;

/** Offers to notify when a running company is done, where the browser can. */
export function offerNotice({ status }: Company, update: () => void): TemplateResult | typeof nothing {
  const isRunning = status === 'QUEUED' || status === 'PROVISIONING';
  if (!isRunning || !('Notification' in window) || Notification.permission === 'denied') return nothing;
  const toggle = async (): Promise<void> => {
    isWanted = !isWanted && (await Notification.requestPermission()) === 'granted';
    update();
  };
  return html`<button class="quiet" aria-pressed=${isWanted} @click=${toggle}>${isWanted ? 'You will be notified' : 'Notify me'}</button>`;
}

export function showNotice({ id, companyName, status, siteName }: Company): void {
  if (!isWanted) return;
  const body = status === 'ACTIVE' ? `${siteName} is ready.` : 'Its site could not be created.';
  const notice = new Notification(companyName, { body, tag: id });
  notice.onclick = () => window.focus();
}
