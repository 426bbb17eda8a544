import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { parse } from 'graphql';
import type { Role } from '../src/access/viewer.ts';
import { ask } from './support/ask.ts';
import { exampleWith, readme } from './support/readme.ts';
import { createCompany, openTestService, requestFor } from './support/test-service.ts';

/** Whom each part of the README is for; a frontend's examples name a customer, as a partner's frontend does. */
const readers: Readonly<Record<string, Role>> = {
  'From a frontend': 'partner',
  "From a partner's server": 'partner',
  'Run it in production': 'operator',
};

const { clientOf, tokenOf, url } = await openTestService({ after }, { parts: { api: true, worker: false } });
const { id } = await createCompany(await clientOf('reader', 'partner'), requestFor('read.localhost', { draft: true }));

/** What an example leaves to its reader. */
const variablesOf = (example: string): Record<string, unknown> => ({
  ...(example.includes('$id') ? { id } : {}),
  ...(example.includes('$inputs') ? { inputs: [requestFor('many.localhost', { draft: true })] } : {}),
});

const partsOf = (text: string): readonly (readonly [title: string, part: string])[] =>
  text.split(/^## /m).map((part) => [part.split('\n')[0] ?? '', part] as const);
const examplesIn = (part: string): readonly string[] =>
  [...part.matchAll(/^```graphql\n(.*?)^```$/gms)].map(([, example = '']) => example);

interface Failure {
  readonly extensions: { readonly code: string };
}

describe('the README', () => {
  test('has examples for frontends, partners and operators, and for nobody else', () => {
    const titles = partsOf(readme).flatMap(([title, part]) => (examplesIn(part).length > 0 ? [title] : []));
    assert.deepEqual(titles, Object.keys(readers));
  });

  for (const [title, part] of partsOf(readme)) {
    const role = readers[title];
    for (const example of role ? examplesIn(part) : []) {
      const [definition] = parse(example).definitions;
      // Streams are followed where their events are tested.
      if (!role || (definition?.kind === 'OperationDefinition' && definition.operation === 'subscription')) continue;
      test(`“${title}” can be copied: ${example.split('\n')[1]?.trim()}`, async () => {
        const headers = { authorization: `Bearer ${await tokenOf('reader', role)}` };
        const body = JSON.stringify({ query: example, variables: variablesOf(example) });
        const { status, text } = await ask(url, { headers, body });
        assert.equal(status, 200, text);
        // The ids that readers have to fill in are nobody's here.
        const codes = (JSON.parse(text).errors ?? []).map((error: Failure) => error.extensions.code);
        assert.deepEqual(new Set(codes).difference(new Set(['NOT_FOUND'])), new Set(), text);
      });
    }
  }

  test('begins with an example that creates a company, once a password is filled in', async () => {
    const query = exampleWith('createCompany(input', 'graphql').replace('"…"', '"correct horse"');
    const headers = { authorization: `Bearer ${await tokenOf('reader', 'partner')}` };
    const { text } = await ask(url, { headers, body: JSON.stringify({ query }) });
    assert.equal(JSON.parse(text).data.createCompany.company?.status, 'QUEUED', text);
  });

  test('links to headings that it has', () => {
    const headings = [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const links = [...readme.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    assert.deepEqual(
      links.filter((anchor) => !headings.includes(anchor ?? '')),
      [],
    );
  });
});
