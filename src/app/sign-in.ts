import { type Access, openAccess } from '../access/access.ts';
import type { ApiKeyRing } from '../access/api-key-ring.ts';
import { openKeySet } from '../access/key-set.ts';
import type { Revocations } from '../access/revoked-tokens.ts';
import { openSignInLink, type SignInLink } from '../access/sign-in-link.ts';
import type { Sealing } from '../access/stream-token.ts';
import { type Viewer, viewer } from '../access/viewer.ts';
import type { Config } from '../config/variables.ts';
import { developmentKeys } from '../embedded/development-keys.ts';
import { signInToken } from '../embedded/sign-in-token.ts';
import type { Log } from '../observability/log.ts';

/** Whom the link signs in on the embedded default: they may try everything. */
const developmentViewer: Viewer = viewer('developer', 'developer@company-provisioning.example', [
  'customer',
  'operator',
]);

export interface SignIn {
  readonly access: Access;
  /** What tokens are signed with. */
  readonly jwtSecret: string;
  /** Signs in the user of this machine to what is embedded; undefined where nothing of it is for them. */
  readonly local: LocalSignIn | undefined;
}

export interface LocalSignIn {
  readonly link: SignInLink;
  /** What the link carries as `?token=`. */
  readonly token: string;
}

/** What tokens are signed with here: the secret that is configured, or this machine's; undefined where only others sign. */
export const signingSecret = ({ AUTH_JWT_SECRET, AUTH_JWKS_URL, DATA_DIR }: Config): string | undefined =>
  AUTH_JWT_SECRET?.[0] ?? (AUTH_JWKS_URL === undefined ? developmentKeys(DATA_DIR).jwtSecret : undefined);

/** Nothing says who may sign in, so the user of this machine may. */
export const signsInDeveloper = ({ AUTH_JWT_SECRET, AUTH_JWKS_URL }: Config): boolean =>
  AUTH_JWT_SECRET === undefined && AUTH_JWKS_URL === undefined;

/**
 * Tokens under the secrets and the public keys that are configured, or the embedded default: a secret of this machine,
 * whose user signs in by a link. The embedded inbox is only for that user.
 */
export function openSignIn(
  config: Config,
  { revocations, apiKeys }: { readonly revocations: Revocations; readonly apiKeys: ApiKeyRing },
  sealing: Sealing,
  log: Log,
): SignIn {
  const { AUTH_JWT_SECRET: secrets = [], AUTH_JWKS_URL: url } = config;
  const rules = {
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    tenantClaim: config.AUTH_TENANT_CLAIM,
    longestLife: config.AUTH_LONGEST_TOKEN_SECONDS,
  };
  const onError = (error: Error): void => log.warn({ err: error.message }, 'could not fetch the keys at AUTH_JWKS_URL');
  if (url !== undefined || secrets.length > 0) {
    const keySet = url === undefined ? {} : { keySet: openKeySet(url, onError) };
    const local = config.SMTP_URL === undefined ? localSignIn(config) : undefined;
    const access = openAccess({ ...rules, ...keySet, secrets }, revocations, apiKeys, sealing);
    return { access, jwtSecret: secrets[0] ?? '', local };
  }
  log.warn('Sign-in by a link: embedded, for development only. AUTH_JWT_SECRET replaces it.');
  const jwtSecret = signingSecret(config) ?? '';
  const local = localSignIn(config);
  const developer = { viewer: developmentViewer, link: local.link };
  const access = openAccess({ ...rules, secrets: [jwtSecret] }, revocations, apiKeys, sealing, developer);
  return { access, jwtSecret, local };
}

function localSignIn({ DATA_DIR }: Config): LocalSignIn {
  const token = signInToken(DATA_DIR);
  return { link: openSignInLink(token), token };
}
