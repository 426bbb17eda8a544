import { type NewAuditEntry, nobody } from '../company/act.ts';

/** Counts equal entries, in bounded memory. */
export interface Tally {
  count(entry: NewAuditEntry): void;
  /** What was counted since it was taken last. */
  take(): (NewAuditEntry & { readonly count: number })[];
}

/** How many different entries are kept apart; beyond that, only actions are. */
const mostEntries = 1_000;

export function openTally(): Tally {
  let counted = new Map<string, NewAuditEntry & { count: number }>();
  return {
    count(entry) {
      const known = counted.get(keyOf(entry));
      const kept = known || counted.size < mostEntries ? entry : { ...entry, actor: nobody, outcome: 'OTHER' };
      const same = counted.get(keyOf(kept));
      if (same) same.count += 1;
      else counted.set(keyOf(kept), { ...kept, count: 1 });
    },
    take() {
      const taken = [...counted.values()];
      counted = new Map();
      return taken;
    },
  };
}

/** What makes entries different. */
export const keyOf = ({ actor, action, outcome, companyId }: NewAuditEntry): string =>
  JSON.stringify([
    action,
    outcome,
    companyId,
    actor.subject,
    actor.tenant,
    actor.roles,
    actor.tokenId,
    actor.keyId,
    actor.address,
  ]);
