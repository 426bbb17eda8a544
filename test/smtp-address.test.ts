import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { ServerUrlError } from '../src/common/server-url.ts';
import { ConfigError } from '../src/config/config-error.ts';
import { readConfig } from '../src/config/read-config.ts';
import { openSmtp, SmtpError } from '../src/mail/smtp.ts';
import { readSmtpUrl } from '../src/mail/smtp-settings.ts';
import { openPrivateAuthority, opensslMissing } from './support/private-authority.ts';

/** What a server was told by those who got as far as signing in. */
interface Met {
  readonly user: string | undefined;
  readonly password: string | null | undefined;
  readonly secure: boolean;
  readonly name: string;
}

/** A real mail server at 127.0.0.1; resolves to its port and to whom it met. */
async function startServer(t: TestContext, options: SMTPServerOptions): Promise<{ port: number; met: Met[] }> {
  const met: Met[] = [];
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    closeTimeout: 100,
    onAuth({ username, password }, { secure, hostNameAppearsAs }, done) {
      met.push({ user: username, password, secure, name: String(hostNameAppearsAs) });
      done(null, { user: username });
    },
    ...options,
  });
  server.on('error', () => {
    // Clients that do not trust it go away in mid-handshake.
  });
  const listener = server.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.after(() => new Promise<void>((closed) => server.close(() => closed())));
  const address = listener.address();
  assert.ok(address !== null && typeof address === 'object');
  return { port: address.port, met };
}

/** Signs in as the service does; resolves to `ok` or to the code of its error. */
async function tryOut(address: string): Promise<string> {
  const smtp = openSmtp(readSmtpUrl(address), 'sites@hosting.example');
  try {
    await smtp.verify();
    return 'ok';
  } catch (error) {
    assert.ok(error instanceof SmtpError);
    assert.doesNotMatch(`${error.stack}`, /secret/, 'no password is told');
    assert.equal(error.fault, 'account', error.message);
    return error.code;
  } finally {
    smtp.close();
  }
}

const password = 'secret/%:@?#&=+ "ü';
const login = `jane%40hosting.example:${encodeURIComponent(password)}`;

describe('SMTP_URL', () => {
  test('SMTP_URL logs in with every character of a user and password, and sends the EHLO name', async (t) => {
    const { port, met } = await startServer(t, { disabledCommands: ['STARTTLS'] });
    for (const method of ['PLAIN', 'LOGIN']) {
      const address = `smtp://${login}@127.0.0.1:${port}/?name=worker-1.example&authMethod=${method}`;
      assert.equal(await tryOut(address), 'ok');
    }
    const expected = { user: 'jane@hosting.example', password, secure: false, name: 'worker-1.example' };
    assert.deepEqual(met, [expected, expected]);
  });

  // It would take 10 s without the parameter.
  test('SMTP_URL’s greetingTimeout ends waiting for a silent server', { timeout: 9_000 }, async (t) => {
    const { port } = await startServer(t, { onConnect: () => {} });
    assert.equal(await tryOut(`smtp://127.0.0.1:${port}?greetingTimeout=50`), 'ETIMEDOUT');
  });

  test('SMTP_URL trusts a private authority only when it is named, with both kinds of TLS', {
    skip: opensslMissing,
  }, async (t) => {
    const authority = openPrivateAuthority();
    const other = openPrivateAuthority();
    t.after(() => {
      authority.close();
      other.close();
    });
    const { key, cert } = authority.certify('localhost');
    const client = authority.certify('companies');
    const asClient = `&tls_cert_file=${client.certFile}&tls_key_file=${client.keyFile}`;
    const secured = { key, cert, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    for (const [scheme, secure, more] of [
      ['smtps', true, asClient],
      ['smtp', false, `${asClient}&requireTLS=true`],
    ] as const) {
      const { port, met } = await startServer(t, { ...secured, secure });
      const at = (host: string, parameters: string): Promise<string> =>
        tryOut(`${scheme}://${login}@${host}:${port}?${parameters}${more}`);
      assert.equal(await at('localhost', `tls_ca_file=${authority.caFile}`), 'ok', scheme);
      assert.equal(await at('127.0.0.1', `tls_ca_file=${authority.caFile}&tls_server_name=localhost`), 'ok', scheme);
      assert.deepEqual(
        met.map(({ password, secure }) => [password, secure]),
        [
          [password, true],
          [password, true],
        ],
      );
      assert.notEqual(await at('localhost', `tls_ca_file=${other.caFile}`), 'ok', `${scheme}: wrong authority`);
      assert.notEqual(await at('localhost', 'name=worker-1'), 'ok', `${scheme}: no authority named`);
      assert.notEqual(await at('127.0.0.1', `tls_ca_file=${authority.caFile}`), 'ok', `${scheme}: another name`);
      const anonymous = `${scheme}://${login}@localhost:${port}?tls_ca_file=${authority.caFile}&requireTLS=true`;
      assert.notEqual(await tryOut(anonymous), 'ok', `${scheme}: no client certificate`);
      assert.equal(met.length, 2, 'nobody else was told a password');
    }
  });

  test('SMTP_URL sends no password to a server without TLS when TLS is required', async (t) => {
    const { port, met } = await startServer(t, { disabledCommands: ['STARTTLS'] });
    assert.notEqual(await tryOut(`smtp://${login}@127.0.0.1:${port}?requireTLS=true`), 'ok', 'STARTTLS is not offered');
    assert.notEqual(await tryOut(`smtps://${login}@127.0.0.1:${port}`), 'ok', 'no TLS at all');
    assert.deepEqual(met, []);
    assert.equal(await tryOut(`smtp://${login}@127.0.0.1:${port}?requireTLS=false`), 'ok');
  });

  const refused: [what: string, url: string, named: RegExp][] = [
    ['an unknown parameter', 'smtps://mail.example?rateLimit=1', /rateLimit/],
    ['a trust in every certificate', 'smtps://mail.example?tls.rejectUnauthorized=false', /tls\.rejectUnauthorized/],
    ['a parameter twice', 'smtps://mail.example?name=a&name=b', /name twice/],
    ['a flag of another value', 'smtp://mail.example?requireTLS=yes', /requireTLS/],
    ['a time of another unit', 'smtps://mail.example?socketTimeout=10s', /socketTimeout/],
    ['a login by another method', 'smtps://mail.example?authMethod=Zq7x', /authMethod/],
    ['required and ignored TLS', 'smtp://mail.example?requireTLS=true&ignoreTLS=true', /requireTLS.*ignoreTLS/],
    ['ignored TLS by TLS', 'smtps://mail.example?ignoreTLS=true', /ignoreTLS/],
    ['an authority without required TLS', 'smtp://mail.example?tls_ca_file=/Zq7x.pem', /tls_ca_file.*requireTLS/],
    ['a file that is not there', 'smtps://mail.example?tls_ca_file=/Zq7x/ca.pem', /tls_ca_file.*ENOENT/],
    ['half a client certificate', 'smtps://mail.example?tls_cert_file=/Zq7x.pem', /tls_key_file/],
    ['a file of something else', `smtps://mail.example?tls_ca_file=${import.meta.filename}`, /tls_ca_file/],
    ['a user without a password', 'smtps://Zq7x@mail.example', /a user and a password/],
    ['a password with a bare “?”', 'smtps://jane:12?Zq7x@mail.example', /%3F/],
    ['a password with a bare “#”', 'smtps://jane:12#Zq7x@mail.example', /%23/],
    ['a password with a bare “/”', 'smtps://jane:12/Zq7x@mail.example', /%2F/],
    ['a password with a bare “%”', 'smtps://jane:Zq7x%zz@mail.example', /%25/],
  ];
  for (const [what, SMTP_URL, named] of refused) {
    test(`${what} is refused at start, by name and without the value`, () => {
      assert.throws(() => readSmtpUrl(SMTP_URL), ServerUrlError);
      assert.throws(
        () => readConfig({ SMTP_URL }),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(error.message, named);
          assert.doesNotMatch(error.message, /Zq7x/);
          return true;
        },
      );
    });
  }

  describe('in production', () => {
    /** Whether the configuration complains of mail in the clear, among all that it lacks. */
    const complains = (SMTP_URL: string, NODE_ENV = 'production'): boolean => {
      try {
        readConfig({ NODE_ENV, SMTP_URL });
        return false;
      } catch (error) {
        assert.ok(error instanceof ConfigError);
        return /SMTP_URL may send mail in the clear.*requireTLS=true/.test(error.message);
      }
    };
    for (const address of [
      'smtp://mail.example',
      'smtp://jane:12@10.0.0.7:25?name=a',
      'smtp://[fd00::7]',
      'smtp://128.0.0.1',
      'smtp://127.example.com',
      'smtp://localhost.example.com?ignoreTLS=false',
    ])
      test(`${address} is refused`, () => {
        assert.ok(complains(address));
        assert.ok(!complains(address, 'development'), 'and nowhere else');
      });
    for (const address of [
      'smtps://mail.example',
      'smtp://mail.example?requireTLS=true',
      'smtp://mail.example?requireTLS=false',
      'smtp://mail.example?ignoreTLS=true',
      'smtp://localhost:25',
      'smtp://relay.localhost',
      'smtp://127.1.2.3',
      'smtp://[::1]:2525',
    ])
      test(`${address} is accepted`, () => assert.ok(!complains(address)));
  });
});
