import type { Screen } from '../app.ts';

const colours = {
  DRAFT: '#8a93a3',
  QUEUED: '#8a93a3',
  PROVISIONING: '#3566e0',
  ACTIVE: '#1f8a4d',
  FAILED: '#c9302c',
} as const;
/** Of a circle of radius 11. */
const circumference = 2 * Math.PI * 11;

let shown = '';

/** Draws a company's progress as a ring in the tab's icon; without one, a full ring. */
export function showIcon(icon: ReturnType<NonNullable<Screen['icon']>>): void {
  const { status, progress } = icon ?? { status: 'PROVISIONING' as const, progress: 100 };
  const done = (circumference * (status === 'FAILED' ? 100 : progress)) / 100;
  const ring = `<circle cx="16" cy="16" r="11" fill="none" stroke-width="7"`;
  const image = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${ring} stroke="#8a93a3" stroke-opacity=".35"/>${ring} stroke="${colours[status]}" stroke-dasharray="${done} ${circumference}" transform="rotate(-90 16 16)"/></svg>`;
  if (image === shown) return;
  shown = image;
  document
    .querySelector<HTMLLinkElement>('link[rel=icon]')
    ?.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(image)}`);
}
