import { type RawBuilder, sql } from 'kysely';
import type { AuditAction } from './audit-entry.ts';
import type { CompanyId } from './company-id.ts';

/** Who acts, as far as known. */
export interface Actor {
  /** Undefined where nobody is signed in. */
  readonly subject: string | undefined;
  /** The tenant that they act for. */
  readonly tenant: string | undefined;
  readonly roles: readonly string[];
  /** The `jti` of their token, and the `kid` of the key that it was signed with. */
  readonly tokenId: string | undefined;
  readonly keyId: string | undefined;
  /** Their network address. */
  readonly address: string | undefined;
}

/** Somebody who is not signed in. */
export const nobody: Actor = {
  subject: undefined,
  tenant: undefined,
  roles: [],
  tokenId: undefined,
  keyId: undefined,
  address: undefined,
};

/** What one entry of the audit log says. */
export interface NewAuditEntry {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly outcome: string;
  readonly companyId: CompanyId | undefined;
}

/**
 * One mutation that somebody has sent. A statement that makes a change also inserts the act's entry, so that no change
 * lacks one; the entries of mutations that changed nothing are written by the resolver's wrapper.
 */
export interface Act {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** The outcome that the entry of a change gives. */
  readonly success: string;
  /** To be called once the company is known, where the mutation does not name it. */
  isAbout(companyId: CompanyId): void;
  /** To be called once the act's entry has been committed with its change. */
  wasRecorded(): void;
}

/**
 * A part of the statement that makes a change: an entry for each row of `changed`, which has the company's id as `id`
 * and, for what concerns no company, what the entry is about as `target`.
 */
export const recordOf = (
  act: Act | undefined,
  changed: string,
  { id = 'id', target, action = act?.action }: { id?: string; target?: string; action?: AuditAction | undefined } = {},
): RawBuilder<object> =>
  act && action
    ? sql`(
        insert into audit_entry (company_id, target, action, outcome, subject, tenant, roles, token_id, key_id, address)
        select ${sql.ref(id)}, ${target === undefined ? null : sql.ref(target)}, ${action}::text, ${act.success}::text, ${valuesOf(act.actor)} from ${sql.table(changed)}
      )`
    : sql`(select where false)`;

const valuesOf = ({ subject, tenant, roles, tokenId, keyId, address }: Actor): RawBuilder<unknown> =>
  sql`${subject ?? null}::text, ${tenant ?? null}::text, ${[...roles]}::text[], ${tokenId ?? null}::text, ${keyId ?? null}::text, ${address ?? null}::text`;
