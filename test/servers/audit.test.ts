import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { getNamedType, isUnionType } from 'graphql';
import { decodeJwt, SignJWT } from 'jose';
import { Client } from 'pg';
import { pino } from 'pino';
import { schema } from '../../schema/index.ts';
import type { Role } from '../../src/access/viewer.ts';
import { openAudit } from '../../src/audit/audit.ts';
import { AuditLogDocument, type AuditLogQuery, type AuditLogQueryVariables } from '../../src/client/operations.ts';
import { openPostgres } from '../../src/database/open-database.ts';
import { ask, askBySocket } from '../support/ask.ts';
import { type PostgresServer, serversMissing, startPostgres } from '../support/private-servers.ts';
import { until } from '../support/processes.ts';
import { exampleWith } from '../support/readme.ts';
import { openTestService, requestFor, type TestService } from '../support/test-service.ts';

/** How long entries may take to be written, in milliseconds; a test then shows which are missing. */
const patience = 20_000;
const password = 'canary Zq7x9W & more';

describe('the audit log', { skip: serversMissing, timeout: 120_000 }, () => {
  let postgres: PostgresServer;
  let owner: Client;
  let service: TestService;
  const closers: (() => Promise<void>)[] = [];
  before(async () => {
    postgres = await startPostgres();
    const url = (role: string): string => `postgresql://${role}@127.0.0.1:${postgres.port}/postgres`;
    owner = new Client(url('postgres'));
    await owner.connect();
    await owner.query('create role companies login');
    // The owner's default privileges let the service's role update every new table.
    await owner.query(exampleWith('alter default privileges', 'sql'));
    const database = openPostgres(url('postgres'));
    await database.migrate();
    await database.close();
    service = await openTestService(
      { after: (close: () => Promise<void>) => void closers.push(close) },
      {
        env: {
          DATABASE_URL: url('companies'),
          CUSTOMER_COMPANIES_PER_DAY: '4',
          CUSTOMER_COMPANIES_WAITING: '1',
        },
        parts: { api: true, worker: false },
      },
    );
  });
  after(async () => {
    for (const close of closers) await close();
    await owner?.end();
    await postgres?.close();
  });

  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (subject: string, role: Role): Promise<string> => {
    const token = tokens.get(subject) ?? service.tokenOf(subject, role);
    tokens.set(subject, token);
    return token;
  };

  /** Sends a mutation, and returns the type of its result or the code of its error. */
  async function send(subject: string, role: Role, mutation: string, input?: object): Promise<string> {
    const name = mutation.split('(')[0] ?? '';
    const query = `mutation${input ? '($input: CreateCompanyInput!)' : ''} { ${mutation} { __typename } }`;
    const headers = { authorization: `Bearer ${await tokenOf(subject, role)}` };
    const { text } = await ask(service.url, { headers, body: JSON.stringify({ query, variables: { input } }) });
    const { data, errors } = JSON.parse(text);
    return data?.[name]?.__typename ?? errors[0].extensions.code;
  }

  async function pageOf(variables: AuditLogQueryVariables): Promise<AuditLogQuery['auditLog']> {
    const olga = await service.clientOf('olga', 'operator');
    return (await olga.execute(AuditLogDocument, variables)).auditLog;
  }
  const entries = async (variables: AuditLogQueryVariables) => (await pageOf(variables)).edges.map(({ node }) => node);

  /** Once there are as many of the subject, oldest first: what is not recorded with a change comes a little later. */
  async function entriesOf(subject: string, count: number) {
    for (const deadline = performance.now() + patience; ; ) {
      const found = await entries({ first: 100, filter: { subject } });
      if (found.length >= count || performance.now() > deadline) return found.reverse();
    }
  }

  /** In any order: what is not recorded with a change may be written after what came later. */
  const compared = (lines: readonly unknown[]): readonly string[] => lines.map((line) => JSON.stringify(line)).sort();

  const companyOf = async (subject: string): Promise<string> => {
    const { rows } = await owner.query('select id from company where created_by = $1 order by position', [subject]);
    return rows[0].id;
  };
  const create = (subject: string, site: string, changes = {}): Promise<string> =>
    send(
      subject,
      'customer',
      'createCompany(input: $input)',
      requestFor(`${site}.localhost`, { adminPassword: password, ...changes }),
    );
  const on = (subject: string, mutation: string, id: string): Promise<string> =>
    send(subject, 'customer', `${mutation}(companyId: "${id}")`);

  test('the audit log has one entry for each mutation, whatever its outcome', async () => {
    const sent: [action: string, outcome: string, companyId: string | null][] = [];
    const told = async (action: string, outcome: Promise<string>, companyId: string | null): Promise<void> => {
      sent.push([action, await outcome, companyId]);
    };
    const draft = { draft: true, idempotencyKey: 'first' };
    assert.equal(await create('jane', 'first', draft), 'CreateCompanySuccess');
    const id = await companyOf('jane');
    sent.push(['CREATE_COMPANY', 'CreateCompanySuccess', id]);
    await told('CREATE_COMPANY', create('jane', 'first', draft), id);
    await told('CREATE_COMPANY', create('jane', 'other', draft), null);
    await told('CREATE_COMPANY', create('jane', 'first', { draft: true }), null);
    await told('CREATE_COMPANY', create('jane', 'x', { companyAbbr: 'far too long for that' }), null);

    await told('CANCEL_PROVISIONING', on('jane', 'cancelProvisioning', id), id);
    await told('PROVISION_COMPANY', on('jane', 'provisionCompany', id), id);
    await told('PROVISION_COMPANY', on('jane', 'provisionCompany', id), id);
    await told('CREATE_COMPANY', create('jane', 'second'), null);
    await told('CANCEL_PROVISIONING', on('jane', 'cancelProvisioning', id), id);
    for (const [action, mutation] of [
      ['CANCEL_PROVISIONING', 'cancelProvisioning'],
      ['PROVISION_COMPANY', 'provisionCompany'],
    ] as const)
      await told(action, send('jane', 'customer', `${mutation}(companyId: "${id}", expectedVersion: 99)`), id);
    const other = 'COMP-1999-00001';
    await told('CANCEL_PROVISIONING', on('jane', 'cancelProvisioning', other), other);
    await told('PROVISION_COMPANY', on('jane', 'provisionCompany', other), other);
    await told('PROVISION_COMPANY', on('jane', 'provisionCompany', password), null);

    assert.equal(await create('jane', 'second'), 'CreateCompanySuccess');
    sent.push(['CREATE_COMPANY', 'CreateCompanySuccess', await companyAt('second')]);
    await told('PROVISION_COMPANY', on('jane', 'provisionCompany', id), id);
    await owner.query(`update company set status = 'PROVISIONING' where id = $1`, [id]);
    await told('CANCEL_PROVISIONING', on('jane', 'cancelProvisioning', id), id);
    await told('CANCEL_PROVISIONING', on('jane', 'cancelProvisioning', id), id);
    await told('RESEND_MAIL', send('jane', 'customer', `resendMail(mailId: "${crypto.randomUUID()}")`), null);
    await told('CREATE_STREAM_TOKEN', on('jane', 'createStreamToken', id), id);
    await told('CREATE_STREAM_TOKEN', on('jane', 'createStreamToken', other), other);

    const found = await entriesOf('jane', sent.length);
    const token = decodeJwt(await tokenOf('jane', 'customer'));
    assert.deepEqual(
      compared(found.map(({ action, outcome, companyId }) => [action, outcome, companyId])),
      compared(sent),
    );
    assert.ok(token.jti);
    for (const { roles, tokenId, keyId, address, count } of found) {
      assert.deepEqual([roles, tokenId, keyId, address, count], [['customer'], token.jti, null, '127.0.0.1', 1]);
    }
  });

  const companyAt = async (site: string): Promise<string> => {
    const { rows } = await owner.query('select id from company where site_name = $1', [`${site}.localhost`]);
    return rows[0].id;
  };

  test('the audit log has one entry for each line of a request for many companies, and one for a refused request', async () => {
    const query = 'mutation ($inputs: [CreateCompanyInput!]!) { createCompanies(inputs: $inputs) { __typename } }';
    const sendAll = async (...inputs: object[]): Promise<readonly string[]> => {
      const headers = { authorization: `Bearer ${await tokenOf('lena', 'customer')}` };
      const { text } = await ask(service.url, { headers, body: JSON.stringify({ query, variables: { inputs } }) });
      const { data, errors } = JSON.parse(text);
      return (
        data?.createCompanies.map((line: { __typename: string }) => line.__typename) ?? [errors[0].extensions.code]
      );
    };
    const line = (site: string, changes: object = {}) =>
      requestFor(`${site}.localhost`, { adminPassword: password, ...changes });
    const keyed = line('lena', { idempotencyKey: 'line' });
    const outcomes = [
      ...(await sendAll(keyed, keyed, line('lena'), line('x', { companyAbbr: '' }), line('beyond'))),
      ...(await sendAll()),
    ];
    const id = await companyOf('lena');
    assert.deepEqual(outcomes, [
      ...['CreateCompanySuccess', 'CreateCompanySuccess', 'SiteNameTaken', 'ValidationError', 'QuotaExceeded'],
      'BAD_USER_INPUT',
    ]);
    const found = await entriesOf('lena', outcomes.length);
    assert.deepEqual(
      compared(found.map(({ action, outcome, companyId }) => [action, outcome, companyId])),
      compared(outcomes.map((outcome, index) => ['CREATE_COMPANY', outcome, index < 2 ? id : null])),
    );
  });

  test('the audit log has an entry for each resent or unsent mail and each corrected address', async () => {
    assert.equal(await create('joe', 'mailed', { draft: true }), 'CreateCompanySuccess');
    const id = await companyOf('joe');
    const mail = async (attempt: number, state: string): Promise<string> => {
      const { rows } = await owner.query(
        `insert into outbox_mail (company_id, attempt, kind, recipient, state) values ($1, $2, 'SITE_FAILED', 'a@b.example', $3) returning id`,
        [id, attempt, state],
      );
      return rows[0].id;
    };
    const [refused, sent, tried] = [await mail(1, 'REFUSED'), await mail(2, 'SENT'), await mail(3, 'WAITING')];
    await owner.query(`update outbox_mail set try_until = now() + interval '1 hour' where id = $1`, [tried]);
    const resend = (mailId: string, recipient?: string): Promise<string> =>
      send('otto', 'operator', `resendMail(mailId: "${mailId}"${recipient ? `, recipient: "${recipient}"` : ''})`);

    const outcomes = [
      await resend(refused),
      await resend(refused, 'new@b.example'),
      await resend(refused, 'new@b.example'),
      await resend(refused, password),
      await resend(sent),
      await resend(tried),
      await resend(crypto.randomUUID()),
    ];
    await owner.query('alter table outbox_mail rename to mislaid');
    outcomes.push(await resend(refused));
    await owner.query('alter table mislaid rename to outbox_mail');

    const found = await entriesOf('otto', outcomes.length + 1);
    assert.deepEqual(
      found.filter(({ action }) => action === 'RESEND_MAIL').map(({ outcome, companyId }) => [outcome, companyId]),
      outcomes.map((outcome) => [outcome, /Success|Already|Being/.test(outcome) ? id : null]),
    );
    assert.deepEqual(
      found
        .filter(({ action }) => action !== 'RESEND_MAIL')
        .map((entry) => [entry.action, entry.outcome, entry.companyId]),
      [['CORRECT_ADDRESS', 'ResendMailSuccess', id]],
    );
    assert.deepEqual(new Set(outcomes), new Set([...resultsOf('resendMail'), 'INTERNAL_SERVER_ERROR']));
  });

  const resultsOf = (mutation: string): readonly string[] => {
    const type = getNamedType(schema.getMutationType()?.getFields()[mutation]?.type ?? assert.fail(mutation));
    return isUnionType(type) ? type.getTypes().map(({ name }) => name) : assert.fail(mutation);
  };

  test('the audit log has an entry for each revocation and each refused one', async () => {
    const outcomes: [string, string][] = [];
    for (const [mutation, argument, action] of [
      ['revokeToken', 'tokenId', 'REVOKE_TOKEN'],
      ['revokeTokensOf', 'subject', 'REVOKE_TOKENS_OF'],
    ] as const) {
      for (const value of ['of-nobody', 'of-nobody', ''])
        outcomes.push([action, await send('opal', 'operator', `${mutation}(${argument}: "${value}")`)]);
      outcomes.push([action, await send('opal', 'operator', `${mutation}(${argument}: "eyJhbGciOi.eyJzdWIi.c2ln")`)]);
      outcomes.push([action, await send('olive', 'customer', `${mutation}(${argument}: "of-nobody")`)]);
    }
    const found = [...(await entriesOf('opal', 8)), ...(await entriesOf('olive', 2))];
    assert.deepEqual(compared(found.map(({ action, outcome }) => [action, outcome])), compared(outcomes));
    assert.deepEqual(
      new Set(outcomes.map(([, outcome]) => outcome)),
      new Set([...resultsOf('revokeToken'), 'FORBIDDEN']),
    );
    for (const { outcome, target } of found)
      assert.equal(target, outcome === 'RevokeTokensSuccess' ? 'of-nobody' : null, outcome);
  });

  test('the audit log has an entry for each API key that is created or revoked, and each that is not', async () => {
    const outcomes: [string, string][] = [];
    const create = 'createApiKey(input: { name: "x", scopes: [COMPANIES_READ], owner: { subject: "keyed" } })';
    for (let made = 0; made < 51; made += 1) {
      const outcome = await send('orla', 'operator', create);
      if (made % 50 === 0) outcomes.push(['CREATE_API_KEY', outcome]);
    }
    outcomes.push(['CREATE_API_KEY', await send('oona', 'operator', 'createApiKey(input: { name: "", scopes: [] })')]);
    outcomes.push(['CREATE_API_KEY', await send('odin', 'customer', create)]);
    const { rows } = await owner.query(`select id from api_key where owner = 'keyed' limit 1`);
    outcomes.push(['REVOKE_API_KEY', await send('oona', 'operator', `revokeApiKey(id: "${rows[0].id}")`)]);
    outcomes.push(['REVOKE_API_KEY', await send('oona', 'operator', 'revokeApiKey(id: "cps_none")')]);
    outcomes.push(['REVOKE_API_KEY', await send('odin', 'customer', `revokeApiKey(id: "${rows[0].id}")`)]);
    const [first, ...others] = await entriesOf('orla', 51);
    const found = [first, others.at(-1), ...(await entriesOf('oona', 3)), ...(await entriesOf('odin', 2))];
    assert.deepEqual(compared(found.map((entry) => [entry?.action, entry?.outcome])), compared(outcomes));
    assert.deepEqual(
      new Set(outcomes.map(([, outcome]) => outcome)),
      new Set([...resultsOf('createApiKey'), ...resultsOf('revokeApiKey'), 'FORBIDDEN']),
    );
    for (const { outcome, target } of await entriesOf('oona', 3))
      assert.equal(target, outcome === 'RevokeApiKeySuccess' ? rows[0].id : null, outcome);
  });

  test('the audit log has an entry for each time that quotas are set, with whose they are', async () => {
    const set = (limit: number): string => `setQuotas(owner: { tenant: "limited" }, input: { streams: ${limit} })`;
    const outcomes: [string, string][] = [
      ['SET_QUOTAS', await send('olympia', 'operator', set(5))],
      ['SET_QUOTAS', await send('olympia', 'operator', set(0))],
      ['SET_QUOTAS', await send('pia', 'partner', set(5))],
    ];
    const found = [...(await entriesOf('olympia', 2)), ...(await entriesOf('pia', 1))];
    assert.deepEqual(compared(found.map(({ action, outcome }) => [action, outcome])), compared(outcomes));
    assert.deepEqual(
      new Set(outcomes.map(([, outcome]) => outcome)),
      new Set([...resultsOf('setQuotas'), 'FORBIDDEN']),
    );
    for (const { outcome, target } of found)
      assert.equal(target, outcome === 'SetQuotasSuccess' ? 'tenant limited' : null, outcome);
  });

  test('the audit log has an entry for each change of a webhook endpoint, each message that was asked for, and each that was not', async () => {
    const sent: [action: string, outcome: string, target: string | null][] = [];
    const told = async (mutation: string, target: string | null, subject = 'wanda', role: Role = 'partner') => {
      const action = mutation.replace(/\(.*/, '').replace(/[A-Z]/g, '_$&').toUpperCase();
      const outcome = await send(subject, role, mutation);
      if (subject === 'wanda') sent.push([action, outcome, target]);
      return outcome;
    };
    const create = (url: string): string => `createWebhookEndpoint(input: { url: "${url}" })`;
    for (let made = 0; made < 16; made += 1)
      assert.equal(await send('wanda', 'partner', create('https://portal.example')), 'WebhookSecretSuccess');
    const { rows } = await owner.query(`select id from webhook_endpoint where owner = 'wanda' order by position`);
    for (const { id } of rows) sent.push(['CREATE_WEBHOOK_ENDPOINT', 'WebhookSecretSuccess', id]);
    await told(create('https://portal.example'), null);
    await told(create('https://localhost.localdomain:25'), null);
    for (const [id, target] of [
      [rows[0].id, rows[0].id],
      ['we_0', null],
    ]) {
      await told(`rotateWebhookSecret(endpointId: "${id}")`, target);
      await told(`sendTestWebhook(endpointId: "${id}")`, target);
      await told(`redeliverWebhooks(endpointId: "${id}", input: { after: "0" })`, target);
      await told(`updateWebhookEndpoint(endpointId: "${id}", input: { enabled: false })`, target);
    }
    const [{ id }] = rows;
    await told(`updateWebhookEndpoint(endpointId: "${id}", input: { url: "" })`, null);
    await told(`redeliverWebhooks(endpointId: "${id}", input: { after: "x" })`, null);
    await told(`redeliverWebhooks(endpointId: "${id}", input: { after: "0" })`, null);
    await told(`sendTestWebhook(endpointId: "${id}")`, null);
    await told(`deleteWebhookEndpoint(endpointId: "${id}")`, id);
    await told(`deleteWebhookEndpoint(endpointId: "${id}")`, null);
    assert.equal(await told(`deleteWebhookEndpoint(endpointId: "${id}")`, null, 'wilma', 'customer'), 'FORBIDDEN');

    const found = await entriesOf('wanda', sent.length);
    assert.deepEqual(compared(found.map(({ action, outcome, target }) => [action, outcome, target])), compared(sent));
    const mutations = [
      ...new Set(sent.map(([action]) => action.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase()))),
    ];
    assert.deepEqual(new Set(sent.map(([, outcome]) => outcome)), new Set(mutations.flatMap(resultsOf)));
  });

  test('the audit log records when an operator reads what only operators see of another’s company', async () => {
    const joes = await companyOf('joe');
    await owner.query(
      `update company set status = 'FAILED', failure = '{"reason": "INTERNAL", "message": "No.", "detail": "The host said no."}' where id = $1`,
      [joes],
    );
    const readsOf = async (subject: string, role: Role, ...selections: string[]): Promise<readonly unknown[]> => {
      for (const selection of selections) {
        const headers = { authorization: `Bearer ${await tokenOf(subject, role)}` };
        const query = `{ serviceStatus { waiting } company(id: "${joes}") { failure { message } } ${selection} }`;
        await ask(service.url, { headers, body: JSON.stringify({ query }) });
      }
      // A mutation of theirs is the last entry, so that nothing is waited for in vain.
      assert.equal(await send(subject, role, `cancelProvisioning(companyId: "COMP-1999-00001")`), 'NotFound');
      for (;;) {
        const found = await entries({ first: 100, filter: { subject } });
        if (found.some(({ action }) => action === 'CANCEL_PROVISIONING'))
          return found
            .filter(({ action }) => action.startsWith('READ_'))
            .map(({ action, outcome, companyId }) => [action, outcome, companyId]);
      }
    };
    const mails = (fields: string): string => `serviceStatus { undeliveredMails { edges { node { ${fields} } } } }`;
    const detail = `more: company(id: "${joes}") { failure { detail } }`;
    const log = `logged: company(id: "${joes}") { log { edges { node { text } } } }`;
    const [mailRead, failureRead, logRead] = [
      ['READ_MAIL', 'READ', joes],
      ['READ_FAILURE', 'READ', joes],
      ['READ_LOG', 'READ', joes],
    ];
    assert.deepEqual(await readsOf('reader-of-recipients', 'operator', mails('recipient')), [mailRead]);
    assert.deepEqual(await readsOf('reader-of-errors', 'operator', mails('lastError')), [mailRead]);
    assert.deepEqual(await readsOf('reader-of-failures', 'operator', detail), [failureRead]);
    assert.deepEqual(await readsOf('reader-of-logs', 'operator', log), [logRead]);
    for await (const _line of (await service.clientOf('follower-of-logs', 'operator')).readLog(joes));
    assert.deepEqual(await readsOf('follower-of-logs', 'operator'), [logRead]);
    assert.deepEqual(await readsOf('reader-of-ids', 'operator', mails('id state tries')), []);
    assert.deepEqual(await readsOf('joe', 'customer', mails('recipient'), detail, log), []);
    // Whoever asks again and again fills nothing.
    const often = await readsOf('frequent-reader', 'operator', ...Array<string>(20).fill(mails('recipient lastError')));
    assert.ok(often.length === 1 || often.length === 2, `${often.length} entries within a minute`);
    await owner.query(`update company set created_by = 'reader-of-own' where id = $1`, [joes]);
    assert.deepEqual(await readsOf('reader-of-own', 'operator', mails('recipient'), detail), []);
    await owner.query(`update company set created_by = 'joe' where id = $1`, [joes]);
  });

  test('the audit log has an entry when a customer tries to change what others created for them', async () => {
    const id = await companyOf('joe');
    tokens.set('addressee', service.verifiedTokenOf('addressee', 'new@b.example'));
    for (const mutation of ['provisionCompany', 'cancelProvisioning'])
      assert.equal(await on('addressee', mutation, id), 'ReadOnly');
    const found = await entriesOf('addressee', 2);
    assert.deepEqual(
      found.map(({ outcome, companyId }) => [outcome, companyId]),
      [
        ['ReadOnly', id],
        ['ReadOnly', id],
      ],
    );
  });

  test('the audit log has an entry for each correction and each deleted draft', async () => {
    assert.equal(await create('jack', 'corrected', { draft: true }), 'CreateCompanySuccess');
    const id = await companyOf('jack');
    const sent: [action: string, outcome: string, companyId: string | null][] = [];
    const told = async (subject: string, mutation: string, companyId: string, rest = ''): Promise<void> => {
      const action = mutation === 'deleteDraft' ? 'DELETE_DRAFT' : 'CORRECT_COMPANY';
      const outcome = await send(subject, 'customer', `${mutation}(companyId: "${companyId}"${rest})`);
      if (subject === 'jack') sent.push([action, outcome, companyId]);
    };
    const input = (fields: string): string => `, input: { ${fields} }`;
    await told('jack', 'correctCompany', id, input('companyName: "Corrected Ltd"'));
    await told('jack', 'correctCompany', id, input('companyName: ""'));
    await told('jack', 'correctCompany', id, input('domain: "mailed.localhost"'));
    await told('jack', 'correctCompany', id, `${input('companyName: "Other Ltd"')}, expectedVersion: 99`);
    await told('jack', 'correctCompany', 'COMP-1999-00001', input(''));
    await told('jack', 'deleteDraft', 'COMP-1999-00001');
    await told('jack', 'deleteDraft', id, ', expectedVersion: 99');
    await owner.query('update company set served_at = now() where id = $1', [id]);
    await told('jack', 'correctCompany', id, input('companyName: "Other Ltd"'));
    await told('jack', 'deleteDraft', id);
    await owner.query('update company set served_at = null where id = $1', [id]);
    await told('jack', 'deleteDraft', id);
    const found = await entriesOf('jack', sent.length + 1);
    assert.deepEqual(
      compared(
        found
          .filter(({ action }) => action !== 'CREATE_COMPANY')
          .map(({ action, outcome, companyId }) => [action, outcome, companyId]),
      ),
      compared(sent),
    );
    const joes = await companyOf('joe');
    await told('addressee', 'correctCompany', joes, input(''));
    await told('addressee', 'deleteDraft', joes);
    const mailed = `correctCompany(companyId: "${joes}", input: { customerEmail: "newest@b.example" })`;
    assert.equal(await send('otto', 'operator', mailed), 'AlreadyMailed');
  });

  test('the audit log’s tests cover every result of every mutation', async () => {
    const { rows } = await owner.query<{ action: string; outcome: string }>(
      'select distinct action, outcome from audit_entry',
    );
    for (const mutation of Object.keys(schema.getMutationType()?.getFields() ?? {})) {
      // Each line of a request for many companies is recorded like a request for one.
      const action = mutation.replace('createCompanies', 'createCompany').replace(/[A-Z]/g, '_$&').toUpperCase();
      const had = rows.filter((row) => row.action === action).map(({ outcome }) => outcome);
      assert.deepEqual(
        resultsOf(mutation).filter((result) => !had.includes(result)),
        [],
        mutation,
      );
    }
  });

  test('the audit log and the changes commit together or not at all', async () => {
    assert.equal(await create('judy', 'whole', { draft: true }), 'CreateCompanySuccess');
    const id = await companyOf('judy');
    const before = await entriesOf('judy', 1);
    await owner.query('alter table audit_entry add constraint full_up check (false) not valid');
    const outcomes = [await on('judy', 'provisionCompany', id), await create('judy', 'half', { draft: true })];
    // What is refused is answered as ever.
    outcomes.push(await on('judy', 'cancelProvisioning', id));
    await owner.query('alter table audit_entry drop constraint full_up');
    assert.deepEqual(outcomes, ['INTERNAL_SERVER_ERROR', 'INTERNAL_SERVER_ERROR', 'WrongStatus']);
    const { rows } = await owner.query(`select status, version from company where created_by = 'judy'`);
    assert.deepEqual(rows, [{ status: 'DRAFT', version: 1 }]);
    assert.equal(await on('judy', 'provisionCompany', id), 'ProvisionCompanySuccess');
    assert.ok((await entriesOf('judy', before.length + 1)).some(({ action }) => action === 'PROVISION_COMPANY'));
  });

  test('the service’s role can append to and read the audit log, but not change it', async () => {
    const role = new Client(`postgresql://companies@127.0.0.1:${postgres.port}/postgres`);
    await role.connect();
    try {
      const { rows } = await role.query('select count(*)::int as count from audit_entry');
      assert.ok(rows[0].count > 20);
      await role.query(`insert into audit_entry (action, outcome, roles) values ('CREATE_COMPANY', 'by hand', '{}')`);
      for (const statement of [
        `update audit_entry set subject = 'somebody else'`,
        'delete from audit_entry',
        'truncate audit_entry',
        'alter table audit_entry drop column subject',
        'drop table audit_entry',
        'select from audit_entry for update',
      ]) {
        await assert.rejects(role.query(statement), { code: '42501' }, statement);
      }
    } finally {
      await role.end();
    }
    // Old entries are the owner's to remove.
    assert.equal((await owner.query(`delete from audit_entry where outcome = 'by hand'`)).rowCount, 1);
  });

  test('the audit log is listed page by page, newest first, for operators only', async () => {
    const filter = { subject: 'jane' };
    const all = (await entries({ first: 100, filter })).map(({ id }) => Number(id));
    assert.ok(all.length > 10);
    assert.deepEqual(
      all,
      all.toSorted((one, other) => other - one),
    );
    const forwards: number[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { edges, pageInfo } = await pageOf({ first: 3, after, filter });
      forwards.push(...edges.map(({ node }) => Number(node.id)));
      ({ endCursor: after, hasNextPage: more } = pageInfo);
    }
    assert.deepEqual(forwards, all);
    const backwards: number[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const { edges, pageInfo } = await pageOf({ last: 3, before, filter });
      backwards.unshift(...edges.map(({ node }) => Number(node.id)));
      ({ startCursor: before, hasPreviousPage: more } = pageInfo);
    }
    assert.deepEqual(backwards, all);

    const companyId = await companyOf('jane');
    const about = await entries({ filter: { companyId }, first: 100 });
    assert.ok(about.length > 5 && about.every((entry) => entry.companyId === companyId));
    assert.deepEqual(await entries({ filter: { companyId, subject: 'joe' } }), []);
    assert.deepEqual(await entries({ after: '9007199254740991', first: 1 }), await entries({ first: 1 }));
    for (const bad of [
      { first: -1 },
      { after: 'x' },
      { before: '9'.repeat(20) },
      { filter: { companyId: 'x' } },
      { filter: { subject: '\0' } },
      { filter: { subject: 'a\nb' } },
    ])
      await assert.rejects(entries(bad), JSON.stringify(bad));
    for (const role of ['customer', 'partner'] as const) {
      const nosy = await service.clientOf('jane', role);
      await assert.rejects(nosy.execute(AuditLogDocument, { filter: { companyId } }), /You may not see this/);
    }
  });

  test('the audit log counts refused logins over every transport by reason and network', async (t) => {
    const closing: (() => Promise<void>)[] = [];
    const closeAll = async (): Promise<void> => {
      for (const close of closing.splice(0)) await close();
    };
    t.after(closeAll);
    const guarded = await openTestService(
      { after: (close: () => Promise<void>) => void closing.push(close) },
      {
        env: { DATABASE_URL: postgres.url, TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8' },
        parts: { api: true, worker: false },
      },
    );
    const secret = new TextEncoder().encode(guarded.service.jwtSecret);
    const token = (expiry: number, claims: object = {}): Promise<string> =>
      new SignJWT({ roles: ['customer'], ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(password)
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expiry)
        .sign(secret);
    const expired = `Bearer ${await token(-60)}`;
    const roleless = `Bearer ${await token(60, { roles: [password] })}`;
    const eventStream = { accept: 'text/event-stream' };
    const from = (forwardedFor: string, more: Record<string, string> = {}): Record<string, string> => ({
      'x-forwarded-for': forwardedFor,
      ...more,
    });
    for (const headers of [
      from('198.51.100.1'),
      from('198.51.100.254', eventStream),
      from('6.6.6.6, 198.51.100.7, 10.1.2.3'),
      from('198.51.100.7, nonsense'),
      from('2001:db8:1:2::5', { authorization: expired }),
      from('2001:0db8:1:ffff::6', { authorization: expired, ...eventStream }),
      from('203.0.113.9:4711', { authorization: `Bearer ${password}` }),
      from('203.0.113.9', { authorization: roleless }),
    ])
      assert.equal((await ask(guarded.url, { headers })).status, 401);
    for (const parameters of [{}, { authorization: expired }, { authorization: expired }])
      assert.equal(await askBySocket(guarded.url, parameters, from('::ffff:198.51.100.9')), 4403);
    const jane = { authorization: `Bearer ${await guarded.tokenOf('jill', 'customer')}` };
    const cancelling = 'mutation { cancelProvisioning(companyId: "COMP-1999-00001") { __typename } }';
    const sent = { headers: from('6.6.6.6, 203.0.113.77', jane), body: JSON.stringify({ query: cancelling }) };
    assert.equal((await ask(guarded.url, sent)).status, 200);
    assert.equal((await ask(service.url, sent)).status, 200);
    // More than a subject may have recorded one by one is counted.
    const flood = Array.from(
      { length: 40 },
      (_, index) => `a${index}: provisionCompany(companyId: "x") { __typename }`,
    );
    const flooder = { authorization: `Bearer ${await guarded.tokenOf('flooder', 'customer')}` };
    const body = JSON.stringify({ query: `mutation { ${flood.join(' ')} }` });
    for (let times = 0; times < 10; times += 1)
      assert.equal((await ask(guarded.url, { headers: from('203.0.113.5', flooder), body })).status, 200);
    await closeAll();
    const flooded = await owner.query(
      `select count(*)::int as entries, sum(count)::int as count from audit_entry where subject = 'flooder'`,
    );
    assert.deepEqual(flooded.rows, [{ entries: 301, count: 400 }]);

    const { rows } = await owner.query(
      `select outcome, address, count from audit_entry where action = 'LOG_IN' order by outcome, address, count`,
    );
    t.diagnostic(JSON.stringify(rows));
    assert.deepEqual(
      rows.map(({ outcome, address, count }) => [outcome, address, count]),
      [
        ['CLAIMS_INVALID', '203.0.113.0/24', 1],
        ['NO_TOKEN', '127.0.0.0/24', 1],
        ['NO_TOKEN', '198.51.100.0/24', 4],
        ['TOKEN_EXPIRED', '198.51.100.0/24', 2],
        ['TOKEN_EXPIRED', '2001:db8:1::/48', 2],
        ['TOKEN_INVALID', '203.0.113.0/24', 1],
      ],
    );
    // Whom nobody has made a trusted proxy is not believed.
    const found = await entriesOf('jill', 2);
    assert.deepEqual(found.map(({ address }) => address).sort(), ['127.0.0.1', '203.0.113.77']);
  });

  test('counted entries are written once a minute, for a bounded number of different ones', async (t) => {
    const database = openPostgres(postgres.url);
    t.after(() => database.close());
    t.mock.timers.enable({ apis: ['setInterval'] });
    const audit = openAudit(database.db, pino({ level: 'silent' }));
    t.after(() => audit.close());
    const counted = async () => {
      const { rows } = await owner.query<{ outcome: string; entries: number; count: number }>(
        `select outcome, count(*)::int as entries, sum(count)::int as count from audit_entry where outcome in ('FLOOD', 'OTHER')
         group by outcome order by outcome`,
      );
      return rows;
    };
    for (let index = 0; index < 3_000; index += 1)
      audit.refusedLogIn('FLOOD', `10.${Math.floor((index % 1_500) / 256)}.${index % 256}.0/24`);
    assert.deepEqual(await counted(), []);
    t.mock.timers.tick(60_000);
    await until('all is written', async () => (await counted()).reduce((sum, { count }) => sum + count, 0) === 3_000);
    const [flood, other] = await counted();
    assert.deepEqual([flood?.entries, other?.entries], [1_000, 1]);
    audit.refusedLogIn('FLOOD', '10.0.0.0/24');
    t.mock.timers.tick(60_000);
    await until('the next minute is', async () => (await counted())[0]?.entries === 1_001);
  });

  test('the audit log contains no secrets and no sent values but what an entry is about', async () => {
    const { rows } = await owner.query<{ entry: string }>('select audit_entry::text as entry from audit_entry');
    assert.ok(rows.length > 25);
    const text = rows.map(({ entry }) => entry).join('\n');
    assert.doesNotMatch(text, /Zq7x9W|@|eyJ|localhost|far too long/);
  });
});
