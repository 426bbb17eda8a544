import { Html } from '../common/html.ts';

/** How the inbox looks: light and dark as the reader's system has it, the system's fonts, nothing loaded. */
export const inboxStyle = new Html(`
:root {
  color-scheme: light dark;
  --ground: light-dark(#f5f6f8, #14161a); --sheet: light-dark(#fff, #1d2026); --line: light-dark(#e2e5ea, #2e333c);
  --ink: light-dark(#1b1f27, #e8eaee); --quiet: light-dark(#626b7a, #9aa3b2); --accent: light-dark(#2257d6, #8db1ff);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.note, .people, time { color: var(--quiet); }
.note { margin: .25rem 0 1.5rem; }
.mails { list-style: none; margin: 0; padding: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.mails li + li { border-top: 1px solid var(--line); }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: 0 1rem; padding: .8rem 1rem; color: inherit; text-decoration: none; }
.mails a:hover, .mails a:focus-visible { background: var(--ground); }
.subject { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.people { grid-column: 1 / -1; overflow-wrap: anywhere; }
time { font-variant-numeric: tabular-nums; font-size: .875rem; white-space: nowrap; }
.empty { padding: 3rem 1.5rem; text-align: center; background: var(--sheet); border: 1px dashed var(--line); border-radius: 12px; }
.empty h2 { margin: 0; font-size: 1.1rem; }
.empty p { max-width: 32rem; margin: .5rem auto 0; color: var(--quiet); }
.mail { display: flex; flex-direction: column; gap: 1rem; min-height: 100vh; padding-block: 1.25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .75rem 0 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
summary { margin-top: .5rem; color: var(--quiet); cursor: pointer; width: fit-content; }
.raw { font: 12px/1.6 ui-monospace, monospace; }
.parts { display: flex; gap: .25rem; }
.parts > * { padding: .3rem .9rem; border-radius: 999px; }
.parts [aria-current] { background: var(--accent); color: var(--ground); }
.absent { color: var(--quiet); opacity: .6; }
iframe, pre { flex: 1 0 auto; width: 100%; min-height: 24rem; margin: 0; border: 1px solid var(--line); border-radius: 12px; }
iframe { background: Canvas; }
pre { padding: 1.25rem; background: var(--sheet); font: 13px/1.6 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .mails a { grid-template-columns: 1fr; } }
`);
