import { html, nothing, type TemplateResult } from 'lit-html';
import { NotConnected } from '../api.ts';
import type { OpenScreen } from '../app.ts';
import {
  CheckCompanyDocument,
  type CheckCompanyQuery,
  CreateCompanyDocument,
  NewCompanyOptionsDocument,
  type NewCompanyOptionsQuery,
} from '../operations.ts';
import { companyFields, labels } from '../parts/company-fields.ts';
import {
  type CompanyForm,
  countryNamed,
  emptyForm,
  type FormField,
  inputOf,
  suggestAbbr,
  suggestDomain,
} from '../parts/company-form.ts';
import { debounced } from '../parts/debounced.ts';
import { problemSummary } from '../parts/problem-summary.ts';
import { noProblems, placeProblems } from '../parts/problems.ts';
import { randomKey } from '../parts/random-key.ts';
import { untilAnswered } from '../parts/until-answered.ts';

/** How long nobody must have typed before the input is checked, in milliseconds. */
const typingPause = 300;

/**
 * A form for a company. It has no rules of its own: `checkCompany` says what is wrong while one types, and `createCompany` on
 * sending. Whatever is sent from it has one idempotency key, so that it makes one company.
 */
export const open: OpenScreen = (app) => {
  const leaving = new AbortController();
  const idempotencyKey = randomKey();

  let form = emptyForm;
  let options: NewCompanyOptionsQuery['provisioningOptions'] | undefined;
  let check: CheckCompanyQuery['checkCompany'] | undefined;
  let problems = noProblems;
  let passwordShown = false;
  let sending = false;
  let wasSent = false;
  /** Why there is no answer, or no good one, to what was asked last. */
  let failure = '';
  /** Fields of which something may be said: nobody has come to the others yet. */
  const visited = new Set<FormField>();
  /** Fields that do not follow the company's name or country any more. */
  const edited = new Set<FormField>();

  const checking = debounced(typingPause, async (signal) => {
    try {
      check = (await app.request(CheckCompanyDocument, { input: inputOf(form) }, signal)).checkCompany;
      problems = placeProblems(check.problems, Object.keys(labels));
      failure = '';
    } catch (error) {
      if (signal.aborted) return;
      failure = sentenceOf(error);
    }
    app.update();
  });

  function edit(changes: Partial<CompanyForm>): void {
    form = { ...form, ...changes };
    for (const field of Object.keys(changes) as FormField[]) {
      visited.add(field);
      edited.add(field);
    }
    if (changes.companyName !== undefined) followName(changes.companyName);
    if (changes.country !== undefined) followCountry(changes.country);
    checking.soon();
    app.update();
  }

  function followName(companyName: string): void {
    if (!edited.has('companyAbbr')) form = { ...form, companyAbbr: suggestAbbr(companyName) };
    const suffix = options?.domainSuffixes[0] ?? (isOwnMachine() ? 'localhost' : undefined);
    if (suffix && !edited.has('domain')) form = { ...form, domain: suggestDomain(companyName, suffix) };
  }

  function followCountry(country: string): void {
    if (edited.has('defaultCurrency')) return;
    form = { ...form, defaultCurrency: countryNamed(country, options?.countries)?.currency ?? '' };
  }

  async function loadOptions(): Promise<void> {
    try {
      const load = () => app.request(NewCompanyOptionsDocument, {}, leaving.signal);
      options = (await untilAnswered(load, lost, leaving.signal)).provisioningOptions;
      const apps = options.apps.filter(({ isDefault }) => isDefault).map(({ name }) => name);
      form = { ...form, apps, locale: localeAmong(options.languages) };
      failure = '';
    } catch (error) {
      if (leaving.signal.aborted) return;
      failure = sentenceOf(error);
    }
    app.update();
  }

  function lost(): void {
    failure = sending
      ? 'The service cannot be reached. Your request is sent again until it is answered, and makes one company.'
      : sentenceOf(new NotConnected());
    app.update();
  }

  async function send(draft: boolean): Promise<void> {
    if (sending) return;
    sending = wasSent = true;
    checking.stop();
    app.update();
    const input = { ...inputOf(form), draft, idempotencyKey };
    try {
      const create = () => app.request(CreateCompanyDocument, { input }, leaving.signal);
      const { createCompany: answer } = await untilAnswered(create, lost, leaving.signal);
      if (answer.__typename === 'CreateCompanySuccess') {
        app.announce(answer.message);
        return app.go(`/console/companies/${answer.company.id}`);
      }
      problems = placeProblems([answer], Object.keys(labels));
      failure = '';
    } catch (error) {
      if (leaving.signal.aborted) return;
      failure = sentenceOf(error);
    }
    sending = false;
    app.update();
    requestAnimationFrame(() => document.getElementById('problems')?.focus());
  }

  const submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    void send(event.submitter?.getAttribute('value') === 'draft');
  };

  void loadOptions();

  return {
    title: () => 'New company',
    leave() {
      leaving.abort();
      checking.stop();
    },
    view: (): TemplateResult => html`
      <h1>New company</h1>
      <form class="form" novalidate autocomplete="off" @submit=${submitted}>
        ${wasSent && !sending ? problemSummary(problems, labels) : nothing}
        ${companyFields({
          form,
          options,
          siteUrl: check?.siteUrl ?? undefined,
          estimatedSeconds: check?.estimatedSeconds ?? undefined,
          passwordShown,
          actsForOthers: app.viewer?.actsForOthers ?? false,
          faultsAt: (field) => (wasSent || visited.has(field) ? (problems.atFields.get(field) ?? []) : []),
          edit,
          left(field) {
            visited.add(field);
            if (!check) checking.soon();
            app.update();
          },
          showPassword(shown) {
            passwordShown = shown;
            app.update();
          },
          announce: app.announce,
        })}
        ${wasSent ? nothing : problems.general.map((sentence) => html`<p class="fault">${sentence}</p>`)}
        <p role="status" class="fault">${failure}</p>
        <div class="actions">
          <button class="primary" aria-disabled=${sending ? 'true' : nothing}>${sending ? 'Creating …' : 'Create company'}</button>
          <button value="draft" aria-disabled=${sending ? 'true' : nothing}>Save as draft</button>
        </div>
      </form>`,
  };
};

/** Where every name below `localhost` leads to the service as well. */
const isOwnMachine = (): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);

/** The language of the browser that comes first among those that are offered, else the first offered. */
const localeAmong = (offered: readonly string[]): string =>
  navigator.languages.map((tag) => tag.split('-')[0] ?? '').find((tag) => offered.includes(tag)) ?? offered[0] ?? '';

const sentenceOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'Something went wrong. Try again in a moment.';
