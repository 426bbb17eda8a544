import { html, nothing, type TemplateResult } from 'lit-html';
import type { OpenScreen } from '../app.ts';
import type { CompanyStatus } from '../operations.ts';
import { type CompanyList, companyList, type ListedCompany, type Shown } from '../parts/company-list.ts';
import { ago, bar, chip, since, statuses, statusNames } from '../parts/words.ts';

/** How many rows are drawn, or left out, together. */
const chunk = 10;

/** Your companies, newest first, as they change. */
export const open: OpenScreen = (app) => {
  const list = companyList(app, shownBy(new URLSearchParams(location.search)));
  const onScroll = (): void => {
    app.update();
    if (roomBelow() < innerHeight) list.loadMore();
  };
  addEventListener('scroll', onScroll, { passive: true });
  return {
    title: () => 'Companies',
    view: () => view(list),
    leave() {
      removeEventListener('scroll', onScroll);
      list.close();
    },
  };
};

/** How far the page goes on below what is shown, in pixels. */
const roomBelow = (): number => document.documentElement.scrollHeight - scrollY - innerHeight;

function shownBy(query: URLSearchParams): Shown {
  const status = statuses.filter((name) => query.getAll('status').includes(name));
  return { status, text: query.get('text') ?? '' };
}

function view(list: CompanyList): TemplateResult {
  const { shown, rows, counts, waitingSince, isComplete, fault } = list;
  const isFiltered = shown.text !== '' || shown.status.length > 0;
  const show = (changes: Partial<Shown>): void => {
    const next = { ...shown, ...changes };
    const query = new URLSearchParams([
      ...next.status.map((name) => ['status', name]),
      ...(next.text ? [['text', next.text]] : []),
    ]);
    history.replaceState(null, '', `${location.pathname}${query.size > 0 ? `?${query}` : ''}`);
    scrollTo(0, 0);
    list.show(next);
  };
  return html`
    <div class="title">
      <h1>Companies</h1>
      <a class="primary" href="/console/new">New company</a>
    </div>
    <search>
      <input type="search" aria-label="Search by name, id, domain or e-mail" placeholder="Search by name, id, domain or e-mail"
        maxlength="140" .value=${shown.text} @input=${(event: InputEvent) => show({ text: (event.target as HTMLInputElement).value })}>
      <div class="filters" role="group" aria-label="Status">
        ${statuses.map((status) => filterButton(status, counts?.[status], shown.status, (next) => show({ status: next })))}
      </div>
    </search>
    ${waitingSince === undefined ? nothing : html`<p class="note">The oldest company in the queue has been waiting for <strong>${since(waitingSince)}</strong>.</p>`}
    ${fault ? html`<p class="banner" role="alert">${fault} <button class="quiet" @click=${() => list.reload()}>Try again</button></p>` : nothing}
    ${rows === undefined ? html`<p class="note" aria-busy="true">Loading…</p>` : rows.length > 0 ? rowsView(rows) : empty(isFiltered, () => show({ text: '', status: [] }))}
    ${rows && rows.length > 0 && !isComplete ? html`<p class="more"><button @click=${() => list.loadMore()}>Show more</button></p>` : nothing}`;
}

function filterButton(
  status: CompanyStatus,
  count: { readonly totalCount: number; readonly totalCountIsExact: boolean } | undefined,
  chosen: readonly CompanyStatus[],
  choose: (next: readonly CompanyStatus[]) => void,
): TemplateResult {
  const isChosen = chosen.includes(status);
  const next = isChosen ? chosen.filter((name) => name !== status) : [...chosen, status];
  return html`<button class="filter" data-status=${status} aria-pressed=${isChosen} @click=${() => choose(next)}>
    ${statusNames[status]} <b>${count ? count.totalCount.toLocaleString('en') + (count.totalCountIsExact ? '' : '+') : '–'}</b>
  </button>`;
}

/** Rows have one height, so that those that are far from view need not be there. */
function rowsView(rows: readonly ListedCompany[]): TemplateResult {
  const { top, height } = document.querySelector('.companies')?.getBoundingClientRect() ?? { top: 0, height: 0 };
  const rowHeight = height / rows.length || 64;
  const chunks = Array.from({ length: Math.ceil(rows.length / chunk) }, (_, index) => {
    const some = rows.slice(index * chunk, (index + 1) * chunk);
    const start = top + index * chunk * rowHeight;
    const isNear = start < 1.5 * innerHeight && start + some.length * rowHeight > -innerHeight / 2;
    return html`<div role="presentation" .style=${`block-size: calc(var(--row) * ${some.length})`}>${isNear ? some.map(rowView) : nothing}</div>`;
  });
  return html`<div class="companies" role="list">${chunks}</div>`;
}

const rowView = (company: ListedCompany): TemplateResult => html`
  <div class="row" role="listitem">
    ${chip(company.status)}
    <div class="name">
      <a href="/console/companies/${company.id}" dir="auto">${company.companyName}</a>
      <small><bdi>${company.siteName}</bdi></small>
    </div>
    <div class="how">${howItGoes(company)}</div>
    <div class="id"><span>${company.id}</span><small>${ago(company.createdAt)}</small></div>
  </div>`;

function howItGoes({ status, progress, health, failure }: ListedCompany): TemplateResult | string {
  if (status === 'PROVISIONING') return html`${bar(progress, 'Progress')}<span class="figure">${progress} %</span>`;
  if (status === 'QUEUED')
    return health ? html`<span class="figure">waiting for ${since(health.since)}</span>` : 'waiting';
  return failure?.message ?? '';
}

const empty = (isFiltered: boolean, showAll: () => void): TemplateResult =>
  isFiltered
    ? html`<section class="empty"><h2>No company matches</h2><p>Search for less, or choose other statuses.</p><button @click=${showAll}>Show all companies</button></section>`
    : html`<section class="empty"><h2>No company yet</h2>
        <p>Ask for the first one: a company gets a site of its own within a minute or so, and its customer an e-mail with the credentials.</p>
        <a class="primary" href="/console/new">Create the first company</a></section>`;
