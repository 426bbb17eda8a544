import { html } from 'lit-html';
import type { OpenScreen } from '../app.ts';
import { CompanyDocument, type WatchedCompanyFragment } from '../operations.ts';
import { bar, chip } from '../parts/status.ts';

export const open: OpenScreen = (app, [, id = '']) => {
  const left = new AbortController();
  let company: WatchedCompanyFragment | null | undefined;
  app.request(CompanyDocument, { id }, left.signal).then((result) => {
    company = result.company;
    app.update();
  });
  return {
    title: () => company?.companyName ?? id,
    view: () =>
      company
        ? html`<h1 dir="auto">${company.companyName}</h1><p>${chip(company.status)} ${bar(company.progress, 'Progress')}</p>`
        : html``,
    leave: () => left.abort(),
  };
};
