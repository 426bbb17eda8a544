import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { IntlMessageFormat } from 'intl-messageformat';
import { CompaniesDocument } from '../src/client/operations.ts';
import { logInBy, mailedCredentials } from '../src/demo/log-in.ts';
import { languageFor, offeredLanguages } from '../src/language/language.ts';
import { type EndpointDisabledContent, loadMailTemplates } from '../src/mail/render-mail.ts';
import { createCompany, openTestService, readCompany, requestFor, watchToEnd } from './support/test-service.ts';

const folder = new URL('../mail-templates/messages/', import.meta.url);
const messagesOf = (tag: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(`${tag}.json`, folder), 'utf8'));

/** The names of a message's placeholders and tags, and what its selections distinguish. */
function namesIn(message: string): string[] {
  type Element = ReturnType<IntlMessageFormat['getAst']>[number];
  const walk = (elements: readonly Element[]): string[] =>
    elements.flatMap((element) => {
      if (!('value' in element) || element.type === 0) return [];
      const options = 'options' in element ? Object.entries(element.options) : [];
      const cases = 'pluralType' in element ? [] : options.map(([name]) => `${element.value}=${name}`);
      const children = 'children' in element ? element.children : options.flatMap(([, { value }]) => value);
      return [element.value, ...cases, ...walk(children)];
    });
  return [...new Set(walk(new IntlMessageFormat(message, 'en').getAst()))].sort();
}

describe('messages', () => {
  test('every file of messages is an offered language', () => {
    const files = readdirSync(folder).map((name) => name.replace('.json', ''));
    assert.deepEqual(files.sort(), [...offeredLanguages].sort());
  });

  for (const tag of offeredLanguages) {
    test(`every language has the messages of English with the same placeholders: ${tag}`, () => {
      const named = (messages: Record<string, string>) =>
        Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, namesIn(message)]));
      assert.deepEqual(named(messagesOf(tag)), named(messagesOf('en')));
    });
  }

  test('a message counts as its language does', () => {
    const apps = (tag: string, appCount: number) => languageFor(tag).say('fact.apps', { appCount });
    assert.deepEqual([apps('es', 1), apps('es', 2), apps('de', 0)], ['Aplicación', 'Aplicaciones', 'Apps']);
  });
});

test('a locale gets the most specific language that is offered, else English', () => {
  const expected = { 'de-AT': 'de', 'es-419': 'es', 'de-Latn-CH-1996': 'de', 'EN-gb': 'en', 'pt-BR': 'en', fr: 'en' };
  for (const [locale, tag] of Object.entries(expected)) assert.equal(languageFor(locale).tag, tag, locale);
  assert.equal(languageFor(null).tag, 'en');
});

describe('mails', () => {
  const content = {
    kind: 'SITE_READY',
    endedAt: new Date('2026-11-26T22:05:00Z'),
    companyId: 'COMP-2026-00001',
    companyName: '{siteName} <b>& Söhne',
    companyAbbr: 'ACME',
    defaultCurrency: 'EUR',
    apps: ['erpnext'],
    siteName: 'acme.localhost',
    siteUrl: 'http://acme.localhost:4000',
    adminEmail: 'admin@acme.example',
    adminPassword: 'correct horse battery',
    supportEmail: 'support@example.com',
    sandbox: true,
  } as const;
  const render = loadMailTemplates();

  const disabled: EndpointDisabledContent = {
    kind: 'ENDPOINT_DISABLED',
    locale: null,
    supportEmail: 'support@example.com',
    endedAt: new Date('2026-11-26T22:05:00Z'),
    timeZone: 'UTC',
    endpointId: 'we_1',
    endpoint: {
      url: 'https://portal.example/hooks',
      description: '',
      reason: 'FAILING',
      failingSince: '2026-11-21T22:05:00+00:00',
      status: null,
      fault: 'TIMED_OUT',
    },
    accessUrl: undefined,
  };
  for (const [locale, since, last] of [
    ['en', 'since November 21, 2026 at 10:05 PM UTC', 'no answer in time'],
    ['de', 'Seit 21. November 2026 um 22:05 UTC', 'nicht rechtzeitig eine Antwort'],
    ['es', 'desde el 21 de noviembre de 2026 a las 22:05 UTC', 'no hubo respuesta a tiempo'],
  ] as const) {
    test(`a mail says in every language since when an endpoint failed, and how at last: ${locale}`, () => {
      const { language, text, html } = render({ ...disabled, locale });
      assert.equal(language, locale);
      for (const body of [text.replace(/\s+/g, ' '), html]) {
        assert.ok(body.includes(since) && body.includes(last), body);
        assert.ok(body.includes('https://portal.example/hooks'));
      }
    });
  }

  for (const [locale, timeZone, country, expected] of [
    [null, 'America/New_York', 'Germany', ['en', 'Germany', 'November 26, 2026 at 5:05 PM EST']],
    ['en-GB', 'Europe/London', 'Turkey', ['en', 'Türkiye', '26 November 2026 at 22:05 GMT']],
    ['de-AT', 'Europe/Vienna', 'Austria', ['de', 'Österreich', '26. November 2026 um 23:05 MEZ']],
    ['es-ES', 'Asia/Tokyo', 'Japan', ['es', 'Japón', '27 de noviembre de 2026 a las 7:05 GMT+9']],
    ['fr', 'Europe/Paris', 'France', ['en', 'France', 'November 26, 2026 at 11:05 PM GMT+1']],
  ] as const) {
    test(`a mail is in the customer’s language and the site’s time zone: ${locale}`, () => {
      const [tag, ...facts] = expected;
      const mail = render({ ...content, locale, timeZone, country });
      assert.equal(mail.language, tag);
      assert.match(mail.html, new RegExp(`<html lang="${tag}" dir="ltr"`));
      assert.ok(mail.subject.endsWith(content.companyName) && mail.text.includes(content.companyName));
      assert.ok(mail.html.includes('<bdi>{siteName} &#60;b&#62;&#38; Söhne</bdi>'), 'a name is no message');
      for (const line of mail.text.split('\n')) assert.ok(line.length <= 72, line);
      const text = mail.text.replace(/\s+/g, ' ');
      for (const fact of facts) assert.ok(text.includes(fact) && mail.html.replace(/\s+/g, ' ').includes(fact), text);
    });
  }
});

describe('companies with a locale or a time zone', { timeout: 60_000 }, async () => {
  const { service, clientOf } = await openTestService({ after });

  test('a customer’s failure and mail are in their language, and what programs read is not', async (t) => {
    const jane = await clientOf('jane', 'customer');
    const input = requestFor('fail-install-app.acme.localhost', { locale: 'de-at', apps: ['hrms'] });
    const { id } = await createCompany(jane, input);
    const events = await watchToEnd(jane, id);
    assert.equal(events.at(-1)?.message, 'The app could not be installed.');

    const sentence = 'Die App hrms konnte nicht installiert werden.';
    assert.partialDeepStrictEqual((await readCompany(jane, id)).failure, {
      message: 'The app could not be installed.',
      localizedMessage: sentence,
    });
    const { companies } = await jane.execute(CompaniesDocument, {});
    assert.equal(companies.edges[0]?.node.locale, 'de-AT');

    const mail = await service.mailbox?.next(({ to }) => to.includes('jane@customers.example'), t.signal);
    assert.equal(mail?.subject, 'Einrichtung der Site fehlgeschlagen: Acme Corporation');
    assert.equal(mail.headers.find(({ name }) => name.toLowerCase() === 'content-language')?.value, 'de');
    assert.ok(mail.text?.includes(sentence) && mail.html?.includes(sentence), mail.text);
  });

  test('a requested time zone is that of the site and of its mail', async (t) => {
    const joe = await clientOf('joe', 'customer');
    await createCompany(joe, requestFor('baja.localhost', { country: 'Mexico', timeZone: 'America/Tijuana' }));
    const mail = await service.mailbox?.next(({ to }) => to.includes('joe@customers.example'), t.signal);
    assert.match(mail?.text ?? '', /^Ready since: .* P[SD]T$/m);
    assert.match(await logInBy(mailedCredentials(mail?.text ?? ''), t.signal), /Mexico · America\/Tijuana/);
  });
});
