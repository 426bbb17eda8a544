import { html, type TemplateResult } from 'lit-html';
import type { CompanyProblemFragment } from '../operations.ts';

/** Problems of a request, where they are to be shown. */
export interface PlacedProblems {
  /** The sentences at each field, by its name in the API. */
  readonly atFields: ReadonlyMap<string, readonly (string | TemplateResult)[]>;
  /** What no field of the form can help with. */
  readonly general: readonly string[];
}

export const noProblems: PlacedProblems = { atFields: new Map(), general: [] };

/** `fields` are those that the form has. */
export function placeProblems(problems: readonly CompanyProblemFragment[], fields: readonly string[]): PlacedProblems {
  const atFields = new Map<string, (string | TemplateResult)[]>();
  const general: string[] = [];
  const place = (field: string, sentence: string, shown: string | TemplateResult = sentence): void => {
    if (!fields.includes(field)) general.push(sentence);
    else atFields.set(field, [...(atFields.get(field) ?? []), shown]);
  };
  for (const problem of problems) {
    if (problem.__typename === 'ValidationError') {
      for (const { field, message } of problem.faults) place(field, message);
    } else if (problem.__typename === 'SiteNameTaken') {
      place(problem.field, problem.message, withHolder(problem.message, problem.holder?.id));
    } else {
      general.push(problem.message);
    }
  }
  return { atFields, general };
}

const withHolder = (message: string, holder: string | undefined): string | TemplateResult =>
  holder === undefined ? message : html`${message} <a href="/console/companies/${holder}">It is yours: ${holder}</a>`;
