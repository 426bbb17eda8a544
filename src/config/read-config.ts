import { ConfigError } from './config-error.ts';
import { withLibpqVariables } from './database-url.ts';
import { examples, type Needed } from './examples.ts';
import { faultsOfMailPath } from './mail-path.ts';
import { type Values, withoutNewline, withSecretFiles } from './secret-files.ts';
import { type Config, variables } from './variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration that `env` holds. An empty variable counts as unset, and so does a port that an orchestrator
 * filled in. With `NODE_ENV=production` everything that has no safe default is needed. Throws ConfigError with every
 * fault at once.
 */
export function readConfig(env: Environment, needed: readonly Needed[] = []): Config {
  const { values, faults: unreadable } = withSecretFiles(givenBy(env));
  const all = Object.keys(examples) as Needed[];
  const missing = (values['NODE_ENV'] === 'production' ? all : needed).filter(
    (name) => values[name] === undefined && values[`${name}_FILE`] === undefined && !isReplaced(name, values),
  );
  const read = variables.safeParse({ ...values, DATABASE_URL: withLibpqVariables(values['DATABASE_URL'], values) });
  const faults = [
    ...missing.map((name) => `${name} is missing. For example: ${name}=${examples[name]}`),
    ...unreadable,
    ...faultsOfKeySet(values),
    ...faultsOfMailPath(values),
    ...(read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`)),
  ];
  if (faults.length > 0 || !read.success) throw new ConfigError(faults);
  return read.data;
}

function givenBy(env: Environment): Values {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    const text = withoutNewline(value ?? '');
    if (text !== '' && !isInjected(name, text)) given[name] = text;
  }
  return given;
}

/** Kubernetes and Docker announce a service `worker` to each container by `WORKER_PORT=tcp://10.96.0.12:9090`. */
const isInjected = (name: string, value: string): boolean =>
  /(^|_)PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value);

/** With public keys to verify tokens, no secret is required. */
const isReplaced = (name: Needed, values: Values): boolean =>
  name === 'AUTH_JWT_SECRET' && values['AUTH_JWKS_URL'] !== undefined;

/** An issuer's keys sign tokens for others as well: the configuration must say which tokens are meant. */
const faultsOfKeySet = (values: Values): readonly string[] =>
  values['AUTH_JWKS_URL'] === undefined
    ? []
    : ['AUTH_ISSUER', 'AUTH_AUDIENCE'].flatMap((name) =>
        values[name] === undefined ? `${name} is missing; AUTH_JWKS_URL requires it.` : [],
      );
