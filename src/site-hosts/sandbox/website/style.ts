import { createHash } from 'node:crypto';

/** The style of the sandbox's pages; part of each page, so that they load nothing else. */
export const style = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #fff; --ink: #1c2330; --soft: #5f6b7c; --line: #dfe3e8;
  --accent: #2458d3; --on-accent: #fff; --note: #fff6dd; --note-ink: #6b4a00; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #12151b; --card: #1b2029; --ink: #e8ebf0; --soft: #9aa5b5;
  --line: #303846; --accent: #86a8ff; --on-accent: #10182b; --note: #352b12; --note-ink: #f3d58a; --bad: #ff9a92; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: auto 1fr; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
.note { margin: 0; padding: .6rem 1rem; text-align: center; background: var(--note); color: var(--note-ink); font-size: .9rem; }
main { width: min(100% - 2rem, 30rem); margin: auto; padding: 2rem 0; }
.card { padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  box-shadow: 0 1px 2px #0000000d, 0 12px 32px #00000012; overflow-wrap: anywhere; }
.badge { display: inline-grid; place-items: center; min-width: 3rem; height: 3rem; padding: 0 .7rem; border-radius: 12px;
  background: var(--accent); color: var(--on-accent); font-weight: 700; letter-spacing: .03em; margin-bottom: 1rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; }
.site { margin: .2rem 0 1.5rem; color: var(--soft); }
label { display: block; margin-top: 1rem; font-size: .9rem; font-weight: 600; }
input { width: 100%; margin-top: .3rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: 8px; }
button { margin-top: 1.5rem; padding: .65rem 1.2rem; font: inherit; font-weight: 600; cursor: pointer; border: 1px solid transparent;
  border-radius: 8px; background: var(--accent); color: var(--on-accent); }
.wide { width: 100%; }
.quiet { background: transparent; border-color: var(--line); color: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.bad { margin: 0; color: var(--bad); font-weight: 600; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .7rem 1.5rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; text-align: right; }
.app { display: inline-block; margin: 0 0 .3rem .4rem; padding: .05rem .65rem; border: 1px solid var(--line); border-radius: 99px;
  font-size: .9rem; }
`;

/** The pages may load this style and the empty icon; they may not be framed, and their forms go to the site alone. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
