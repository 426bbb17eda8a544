import { type RawBuilder, sql } from 'kysely';
import type { AuditAction } from './audit-entry.ts';
import type { CompanyId } from './company-id.ts';

/** Who acts, as far as it is known. */
export interface Actor {
  /** Undefined where nobody is signed in. */
  readonly subject: string | undefined;
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
  roles: [],
  tokenId: undefined,
  keyId: undefined,
  address: undefined,
};

/** What one entry of the audit log tells. */
export interface NewAuditEntry {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly outcome: string;
  readonly companyId: CompanyId | undefined;
}

/**
 * One mutation that somebody has sent. What changes something records it in the same statement, so that there is no
 * change without its entry; what came to nothing is recorded by whoever answers.
 */
export class Act {
  readonly actor: Actor;
  readonly action: AuditAction;
  /** What the entry gives as the outcome of a change. */
  readonly success: string;
  /** The company that it is about, once that is known. */
  companyId: CompanyId | undefined;
  /** Its entry has been committed with its change. */
  isRecorded = false;

  constructor(actor: Actor, action: AuditAction, success: string, companyId: CompanyId | undefined) {
    this.actor = actor;
    this.action = action;
    this.success = success;
    this.companyId = companyId;
  }
}

/** A part of the statement that makes a change: an entry for each row of `changed`, which has the company's id as `id`. */
export const recordOf = (
  act: Act | undefined,
  changed: string,
  { id = 'id', action = act?.action }: { id?: string; action?: AuditAction | undefined } = {},
): RawBuilder<object> =>
  act && action
    ? sql`(
        insert into audit_entry (company_id, action, outcome, subject, roles, token_id, key_id, address)
        select ${sql.ref(id)}, ${action}::text, ${act.success}::text, ${valuesOf(act.actor)} from ${sql.table(changed)}
      )`
    : sql`(select where false)`;

const valuesOf = ({ subject, roles, tokenId, keyId, address }: Actor): RawBuilder<unknown> =>
  sql`${subject ?? null}::text, ${[...roles]}::text[], ${tokenId ?? null}::text, ${keyId ?? null}::text, ${address ?? null}::text`;
