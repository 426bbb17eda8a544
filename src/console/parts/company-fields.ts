import { html, nothing, type TemplateResult } from 'lit-html';
import type { NewCompanyOptionsQuery } from '../operations.ts';
import { type CompanyForm, countryNamed, type FormField } from './company-form.ts';
import { describedBy, type Field, labelled, remarks, textField } from './field.ts';
import { passwordField } from './password.ts';

type Options = NewCompanyOptionsQuery['provisioningOptions'];

/** What each field is called, in the order of the page. */
export const labels: Readonly<Record<FormField, string>> = {
  companyName: 'Name',
  companyAbbr: 'Abbreviation',
  country: 'Country',
  defaultCurrency: 'Currency',
  timeZone: 'Time zone',
  domain: 'Domain',
  apps: 'Apps',
  adminEmail: 'Administrator’s email',
  adminPassword: 'Password',
  customerEmail: 'Customer’s email',
  externalReference: 'Your reference',
  locale: 'Language of the mails',
};

/** What the fields show, and what they tell the screen. */
export interface CompanyFields {
  readonly form: CompanyForm;
  readonly options: Options | undefined;
  /** Where the site will be reached; undefined until that is known. */
  readonly siteUrl: string | undefined;
  /** How long it usually takes, in seconds. */
  readonly estimatedSeconds: number | undefined;
  readonly passwordShown: boolean;
  /** Whether the viewer creates companies for customers of theirs. */
  readonly actsForOthers: boolean;
  faultsAt(field: FormField): Field['faults'];
  edit(changes: Partial<CompanyForm>): void;
  left(field: FormField): void;
  showPassword(shown: boolean): void;
  announce(text: string): void;
}

export const companyFields = (fields: CompanyFields): TemplateResult => html`
  <section class="sheet fields">
    <h2>Company</h2>
    ${text(fields, 'companyName', { autocomplete: 'organization' })}
    ${text(fields, 'companyAbbr', { hint: 'Stands behind its accounts and warehouses, e.g. ACME.' })}
    ${text(fields, 'country', { list: 'countries' })}
    ${text(fields, 'defaultCurrency', { list: 'currencies' })}
    ${text(fields, 'timeZone', { list: 'time-zones', optional: true, hint: timeZoneHint(fields) })}
  </section>
  <section class="sheet fields">
    <h2>Site</h2>
    ${text(fields, 'domain', { wide: true, hint: domainHint(fields) })}
    ${apps(fields)}
  </section>
  <section class="sheet fields">
    <h2>Administrator</h2>
    ${text(fields, 'adminEmail', { type: 'email', wide: true, hint: 'The login of the site’s administrator.' })}
    ${password(fields)}
  </section>
  <section class="sheet fields">
    <h2>Mail</h2>
    ${
      fields.actsForOthers
        ? html`${text(fields, 'customerEmail', { type: 'email', optional: true, hint: 'Gets the credentials once the site is ready.' })}
          ${text(fields, 'externalReference', { optional: true, hint: 'E.g. an order number, to find the company by.' })}`
        : nothing
    }
    ${language(fields)}
  </section>
  ${fields.options ? lists(fields.options) : nothing}`;

const text = (
  { form, faultsAt, edit, left }: CompanyFields,
  name: Exclude<FormField, 'apps'>,
  more: Partial<Parameters<typeof textField>[0]> = {},
): TemplateResult =>
  textField({
    name,
    label: labels[name],
    value: form[name],
    faults: faultsAt(name),
    edit: (value) => edit({ [name]: value }),
    left: () => left(name),
    ...more,
  });

const password = ({
  form,
  faultsAt,
  edit,
  left,
  passwordShown,
  showPassword,
  announce,
}: CompanyFields): TemplateResult =>
  passwordField({
    name: 'adminPassword',
    wide: true,
    label: labels.adminPassword,
    hint: 'It is mailed once, with the site’s address, and shown nowhere afterwards.',
    value: form.adminPassword,
    faults: faultsAt('adminPassword'),
    edit: (adminPassword) => edit({ adminPassword }),
    left: () => left('adminPassword'),
    shown: passwordShown,
    show: showPassword,
    generated(adminPassword) {
      edit({ adminPassword });
      showPassword(true);
      announce('A password was generated.');
    },
    copied: () => announce('The password was copied.'),
  });

function timeZoneHint({ form, options }: CompanyFields): string {
  const country = countryNamed(form.country, options?.countries);
  return country
    ? `${country.timeZone}, unless you choose another one.`
    : 'That of the country’s capital, unless you choose another one.';
}

function domainHint({ options, siteUrl, estimatedSeconds }: CompanyFields): TemplateResult | string {
  const suffixes = options?.domainSuffixes ?? [];
  const below = suffixes.length > 0 ? `Below ${suffixes.join(' or ')}.` : 'E.g. acme.localhost.';
  if (siteUrl === undefined) return below;
  const takes = estimatedSeconds === undefined ? '' : ` It usually takes ${estimatedSeconds} s.`;
  return html`The site will be at <output for="domain">${siteUrl}</output>.${takes}`;
}

const apps = ({ form, options, faultsAt, edit, left }: CompanyFields): TemplateResult => {
  const field: Field = { name: 'apps', label: labels.apps, faults: faultsAt('apps'), hint: 'Installed in this order.' };
  return html`<fieldset class="field wide" id="apps" tabindex="-1" aria-describedby=${describedBy(field)} @focusout=${() => left('apps')}>
    <legend>${field.label}</legend>
    <div class="choices">${(options?.apps ?? []).map(
      ({ name }) => html`<label class="check">
        <input
          type="checkbox"
          name="apps"
          value=${name}
          .checked=${form.apps.includes(name)}
          @change=${() => edit({ apps: (options?.apps ?? []).map((app) => app.name).filter((app) => form.apps.includes(app) !== (app === name)) })}
        />
        ${name}
      </label>`,
    )}</div>
    ${remarks(field)}
  </fieldset>`;
};

const language = ({ form, options, faultsAt, edit }: CompanyFields): TemplateResult => {
  const field: Field = { name: 'locale', label: labels.locale, faults: faultsAt('locale') };
  return labelled(
    field,
    html`<select id="locale" name="locale" aria-describedby=${describedBy(field)} @change=${({ target }: Event) => edit({ locale: (target as HTMLSelectElement).value })}>
      ${(options?.languages ?? []).map(
        (tag) => html`<option value=${tag} lang=${tag} ?selected=${tag === form.locale}>${nameOf(tag)}</option>`,
      )}
    </select>`,
  );
};

/** A language as those call it who speak it. */
const nameOf = (tag: string): string => new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag;

/** What can be searched while one types in the fields that name these lists. */
const lists = ({ countries, currencies, timeZones }: Options): TemplateResult => html`
  <datalist id="countries">${countries.map(({ name, code }) => html`<option value=${name}>${code}</option>`)}</datalist>
  <datalist id="currencies">${currencies.map(({ name, code }) => html`<option value=${code}>${name}</option>`)}</datalist>
  <datalist id="time-zones">${timeZones.map((name) => html`<option value=${name}></option>`)}</datalist>`;
