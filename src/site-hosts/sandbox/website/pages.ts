import { Html, html } from '../../../common/html.ts';
import type { Company } from '../site-files.ts';
import { style } from './style.ts';

/** The log-in form; `fault` is what was wrong with the last attempt. */
export const loginPage = (siteName: string, options: { fault?: string; email?: string } = {}): Html =>
  page(
    `Log in to ${siteName}`,
    html`
<h1>Log in</h1>
<p class="site">${siteName}</p>
${options.fault === undefined ? '' : html`<p class="bad" role="alert">${options.fault}</p>`}
<form method="post" action="/login">
<label for="usr">Email</label>
<input id="usr" name="usr" type="email" autocomplete="username" required autofocus value="${options.email ?? ''}">
<label for="pwd">Password</label>
<input id="pwd" name="pwd" type="password" autocomplete="current-password" required>
<button class="wide">Log in</button>
</form>`,
  );

/** The administrator's view after the log-in. */
export const companyPage = (siteName: string, company: Company, apps: readonly string[], email: string): Html =>
  page(
    company.name,
    html`
<span class="badge">${company.abbr}</span>
<h1>${company.name}</h1>
<p class="site">${siteName}</p>
<dl>
<dt>Abbreviation</dt><dd>${company.abbr}</dd>
<dt>Currency</dt><dd>${company.defaultCurrency}</dd>
<dt>Country</dt><dd>${company.country}</dd>
<dt>Time zone</dt><dd>${company.timeZone}</dd>
<dt>Apps</dt><dd>${apps.length === 0 ? 'none' : apps.map((app) => html`<span class="app">${app}</span>`)}</dd>
<dt>Administrator</dt><dd>${email}</dd>
</dl>
<form method="post" action="/logout"><button class="quiet">Log out</button></form>`,
  );

/** A page with one sentence. */
export const messagePage = (siteName: string, message: string): Html =>
  page(
    siteName,
    html`
<h1>${siteName}</h1>
<p>${message}</p>`,
  );

const page = (title: string, body: Html) => html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<p class="note"><strong>Sandbox site</strong> – a small stand-in for trying things out, not a Frappe site.</p>
<main><div class="card">${body}</div></main>
</body>
</html>
`;
